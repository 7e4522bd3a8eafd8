import { arnOf, type World } from '../world.ts';
import { dynamodbPermissions } from './dynamodb.ts';
import { type Parameters, type PermissionReader, records, text } from './operation.ts';

const queueOperations = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'PurgeQueue',
];

/** The last part of a queue's URL is its name. A batch needs the permission of the single operation. */
const sqsPermissions: PermissionReader = (operation, { QueueUrl, QueueName }, world) => {
  if (operation === 'ListQueues') return [{ action: 'sqs:ListQueues', resource: '*' }];
  const action = operation.replace(/Batch$/, '');
  if (!queueOperations.includes(action)) return undefined;
  const name = text(QueueUrl).split('/').at(-1) || text(QueueName);
  return [{ action: `sqs:${action}`, resource: arnOf(world, 'sqs', name) }];
};

const secretOperations = [
  'GetSecretValue',
  'DescribeSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'ListSecretVersionIds',
];

/** A secret is named by its name, its ARN, or its ARN without the six characters at the end. */
function secretArn(world: World, id: string): string {
  const name = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1];
  const known = [...world.secrets].find(([candidate, arn]) => arn === id || candidate === (name ?? id))?.[1];
  return known ?? (name ? id : arnOf(world, 'secretsmanager', `secret:${id}`));
}

const secretsPermissions: PermissionReader = (operation, { SecretId }, world) =>
  secretOperations.includes(operation)
    ? [{ action: `secretsmanager:${operation}`, resource: secretArn(world, text(SecretId)) }]
    : undefined;

const repositoryOperations = [
  'BatchGetImage',
  'BatchCheckLayerAvailability',
  'DescribeImages',
  'ListImages',
  'GetDownloadUrlForLayer',
  'ListTagsForResource',
  'GetRepositoryPolicy',
  'DescribeImageScanFindings',
];

const ecrPermissions: PermissionReader = (operation, parameters, world) => {
  const action = `ecr:${operation}`;
  const repository = (name: string) => ({ action, resource: arnOf(world, 'ecr', `repository/${name}`) });
  if (operation === 'GetAuthorizationToken') return [{ action, resource: '*' }];
  if (operation === 'DescribeRepositories') {
    const names = records(parameters.repositoryNames).map(String);
    return names.length > 0 ? names.map(repository) : [repository('*')];
  }
  // It has no permission of its own.
  if (operation === 'ListImageReferrers')
    return [{ ...repository(text(parameters.repositoryName)), action: 'ecr:BatchGetImage' }];
  return repositoryOperations.includes(operation) ? [repository(text(parameters.repositoryName))] : undefined;
};

const eventsPermissions: PermissionReader = (operation, { Entries }, world) => {
  if (operation !== 'PutEvents') return undefined;
  return records(Entries).map(({ EventBusName, Source, DetailType }) => {
    const bus = text(EventBusName) || 'default';
    return {
      action: 'events:PutEvents',
      resource: bus.startsWith('arn:') ? bus : arnOf(world, 'events', `event-bus/${bus}`),
      context: { 'events:source': text(Source), 'events:detail-type': text(DetailType) },
    };
  });
};

const keyOperations = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'Sign',
  'Verify',
  'GetPublicKey',
];

/** A ciphertext of the emulator begins with its key's id, which a Decrypt of a symmetric key needn't name. */
function keyArn(world: World, { KeyId, CiphertextBlob }: Parameters): string {
  const id = text(KeyId) || Buffer.from(text(CiphertextBlob), 'base64').toString('latin1').slice(0, 36);
  const alias = id.includes(':alias/') ? id.slice(id.indexOf('alias/')) : id;
  if (alias.startsWith('alias/')) return world.keyAliases.get(alias) ?? arnOf(world, 'kms', alias);
  return id.startsWith('arn:') ? id : arnOf(world, 'kms', `key/${id}`);
}

const kmsPermissions: PermissionReader = (operation, parameters, world) =>
  keyOperations.includes(operation) ? [{ action: `kms:${operation}`, resource: keyArn(world, parameters) }] : undefined;

/** The services that name their operation in `X-Amz-Target`, by the name that they are signed for. */
export const jsonServices: Readonly<Record<string, PermissionReader>> = {
  sqs: sqsPermissions,
  dynamodb: dynamodbPermissions,
  secretsmanager: secretsPermissions,
  ecr: ecrPermissions,
  events: eventsPermissions,
  kms: kmsPermissions,
};
