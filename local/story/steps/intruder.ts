import { DeleteItemCommand, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { secretNames } from '../../stack/deployer.ts';
import { accountId } from '../../stack/settings.ts';
import { check } from '../eventually.ts';
import type { Step } from '../step.ts';
import type { TakenOver, World } from '../world.ts';

type Attempt = (taken: TakenOver, release: string) => Promise<unknown>;

const secret =
  (name: keyof typeof secretNames): Attempt =>
  ({ clients }) =>
    clients.secrets.send(new GetSecretValueCommand({ SecretId: secretNames[name] }));

const send =
  (queue: string): Attempt =>
  ({ clients, resource }) =>
    clients.sqs.send(new SendMessageCommand({ QueueUrl: resource(queue), MessageBody: '{}', MessageGroupId: 'x' }));

const key = { pk: { S: 'environment#staging' }, sk: { S: 'desired' } };
const read: Attempt = ({ clients, resource }) =>
  clients.dynamodb.send(new GetItemCommand({ TableName: resource('StateTable'), Key: key }));
const put: Attempt = ({ clients, resource }) =>
  clients.dynamodb.send(new PutItemCommand({ TableName: resource('StateTable'), Item: key }));
const remove: Attempt = ({ clients, resource }) =>
  clients.dynamodb.send(new DeleteItemCommand({ TableName: resource('StateTable'), Key: key }));
const scan: Attempt = ({ clients, resource }) =>
  clients.dynamodb.send(new ScanCommand({ TableName: resource('StateTable') }));

const download: Attempt = ({ clients, resource }, Key) =>
  clients.s3.send(new GetObjectCommand({ Bucket: resource('ArtifactsBucket'), Key }));
const overwrite: Attempt = ({ clients, resource }, Key) =>
  clients.s3.send(new PutObjectCommand({ Bucket: resource('ArtifactsBucket'), Key, Body: '{}' }));
const erase: Attempt = ({ clients, resource }, Key) =>
  clients.s3.send(new DeleteObjectCommand({ Bucket: resource('ArtifactsBucket'), Key }));
const list: Attempt = ({ clients, resource }) =>
  clients.s3.send(new ListObjectsV2Command({ Bucket: resource('ArtifactsBucket') }));

const assume: Attempt = ({ clients, resource }) => {
  const RoleArn = `arn:aws:iam::${accountId}:role/${resource('SourceFunctionRole')}`;
  return clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x' }));
};
const publish: Attempt = ({ clients, resource }) =>
  clients.sns.send(new PublishCommand({ TopicArn: resource('AlertsTopic'), Message: 'x' }));

/** What somebody would try first who has got into a function. */
const attempts: Readonly<Record<string, Record<string, Attempt>>> = {
  webhook: { 'read Git': secret('read'), deploy: send('ReconcilerexampleReconciliationsQueue'), 'read state': read },
  'image-updater': { report: secret('report'), 'read state': read, 'read releases': download },
  source: { 'write Git': secret('write'), 'forge webhooks': secret('webhook'), overwrite, erase, list, remove, scan },
  renderer: { 'read Git': secret('read'), download, overwrite, 'read state': read, assume },
  reconciler: {
    'write Git': secret('write'),
    overwrite,
    erase,
    list,
    scan,
    assume,
    tell: send('SourceGitChangesQueue'),
    publish,
  },
  dispatcher: { 'read Git': secret('read'), put, remove, overwrite },
  reporter: { 'write Git': secret('write'), put, erase, deploy: send('ReconcilerexampleReconciliationsQueue') },
};

export const intruder: Step = {
  name: 'm. whoever takes a function over gets no further',
  async run(world) {
    const release = (await world.state.desired('staging'))?.release ?? '';
    const counts = await Promise.all(Object.keys(attempts).map((name) => tryAll(world, name, release)));
    const after = (await world.state.desired('staging'))?.release;
    check(after === release, 'what staging should run has changed');
    return `${counts.reduce((sum, count) => sum + count, 0)} attempts from ${counts.length} functions, all refused`;
  },
};

async function tryAll(world: World, name: string, release: string): Promise<number> {
  const taken = await world.takenOver(name);
  try {
    for (const [what, attempt] of Object.entries(attempts[name] ?? {})) {
      const answer = await attempt(taken, release).then(() => 'allowed', nameOf);
      check(/^(AccessDenied|AuthorizationError)/.test(answer), `${name} may ${what}: ${answer}`);
    }
  } finally {
    taken.clients.destroy();
  }
  return Object.keys(attempts[name] ?? {}).length;
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));
