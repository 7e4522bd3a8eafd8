import { keys } from '../../../shared/artifacts/keys.ts';
import { eventSource, eventType } from '../../../shared/notices/event.ts';
import { type Account, ofType } from './account.ts';
import type { Ask } from './simulate.ts';

/** Something that one could do to a resource: `send SourceGitChangesQueue`. */
export type Cell = { verb: string; on: string; asks: Ask[] };

/** Names that `deployer.yaml` gives, which the template doesn't list as resources. Those of others should be among them, too. */
type Names = {
  environments: string[];
  /** Of the state table. */
  partitions: string[];
  clusters: string[];
  secrets: string[];
  /** ARNs. */
  repositories: string[];
};

const digest = 'a'.repeat(64);

/** Everything in the account that somebody might want to do something with, and what one could do with it. */
export const everything = (account: Account, names: Names): Cell[] => [
  ...queues(account),
  ...objects(account, names),
  ...items(account, names),
  ...named(account, names),
  ...functions(account),
  ...others(account),
];

const cells = (on: string, resource: string, verbs: Record<string, string[]>, context: Ask['context'] = {}): Cell[] =>
  Object.entries(verbs).map(([verb, actions]) => ({
    ...{ verb, on },
    asks: actions.map((action) => ({ action, resource, context })),
  }));

const queues = (account: Account) =>
  ofType(account, 'AWS::SQS::Queue').flatMap(({ id, arn }) =>
    cells(id, arn, {
      send: ['sqs:SendMessage'],
      poll: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      empty: ['sqs:PurgeQueue'],
      change: ['sqs:SetQueueAttributes'],
    }),
  );

/** One key of each kind and environment. Only what makes a new object is a write at all (`If-None-Match: *`). */
function objects(account: Account, { environments }: Names): Cell[] {
  const kinds = environments.flatMap((name) => [
    keys.tree(name, digest),
    keys.rendering(name, 'web', 'id'),
    keys.artifact(name, digest),
    keys.rendered(name, digest),
    keys.release(name, digest),
    keys.inventory(name, 'web', digest),
    keys.plan(name, 'web', 'id'),
  ]);
  return ofType(account, 'AWS::S3::Bucket').flatMap(({ id, arn }) => [
    ...cells(id, arn, { list: ['s3:ListBucket'], change: ['s3:PutBucketPolicy'] }),
    ...[...kinds, keys.chart(digest), 'other'].flatMap((key) => {
      const on = key.replace(/\/(web\/)?(a{64}|id)\.(json|tar\.gz|tgz)$/, '');
      const write = { 's3:if-none-match': '*', 's3:ObjectCreationOperation': 'true' };
      return [
        ...cells(on, `${arn}/${key}`, { read: ['s3:GetObject'], delete: ['s3:DeleteObject'] }),
        ...cells(on, `${arn}/${key}`, { write: ['s3:PutObject'] }, write),
        ...cells(on, `${arn}/${key}`, { overwrite: ['s3:PutObject'] }, { 's3:ObjectCreationOperation': 'true' }),
      ];
    }),
  ]);
}

const itemActions = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'];

function items(account: Account, { partitions }: Names): Cell[] {
  return ofType(account, 'AWS::DynamoDB::GlobalTable').flatMap(({ id, arn }) => [
    ...cells(id, arn, {
      Scan: ['dynamodb:Scan'],
      change: ['dynamodb:UpdateTable'],
      DeleteTable: ['dynamodb:DeleteTable'],
    }),
    ...cells(`${id}'s stream`, `${arn}/stream/2026-01-01T00:00:00.000`, {
      poll: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    }),
    ...partitions.flatMap((partition) => {
      const verbs = Object.fromEntries(itemActions.map((action) => [action, [`dynamodb:${action}`]]));
      return cells(partition, arn, verbs, { 'dynamodb:LeadingKeys': [partition] });
    }),
  ]);
}

/** What `deployer.yaml` names, in the account and region of the stack where it doesn't say otherwise. */
function named({ accountId, region }: Account, { clusters, secrets, repositories }: Names): Cell[] {
  const here = `${region}:${accountId}`;
  return [
    ...clusters.flatMap((name) =>
      cells(`cluster ${name}`, `arn:aws:eks:${here}:cluster/${name}-cluster`, {
        describe: ['eks:DescribeCluster'],
        change: ['eks:UpdateClusterConfig'],
      }),
    ),
    ...secrets.flatMap((name) =>
      cells(`secret ${name}`, `arn:aws:secretsmanager:${here}:secret:${name}-AbCdEf`, {
        read: ['secretsmanager:GetSecretValue'],
        write: ['secretsmanager:PutSecretValue'],
      }),
    ),
    ...repositories.flatMap((name) =>
      cells(name.split(':').slice(3).join(':'), name, {
        pull: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        look: ['ecr:DescribeImages'],
        push: ['ecr:PutImage', 'ecr:InitiateLayerUpload'],
        delete: ['ecr:BatchDeleteImage'],
      }),
    ),
  ];
}

const functions = (account: Account) =>
  ofType(account, 'AWS::Lambda::Function').flatMap(({ id, arn }) =>
    cells(id, arn, { invoke: ['lambda:InvokeFunction'], change: ['lambda:UpdateFunctionCode'] }),
  );

/** One of each that remains, and what nobody may ever do. */
const others = (account: Account): Cell[] => [
  ...ofType(account, 'AWS::SNS::Topic').flatMap(({ id, arn }) =>
    cells(id, arn, { publish: ['sns:Publish'], subscribe: ['sns:Subscribe'] }),
  ),
  ...ofType(account, 'AWS::Events::EventBus').flatMap(({ id, arn }) => cells(id, arn, { put: ['events:PutEvents'] })),
  ...cells('default bus', defaultBus(account), { put: ['events:PutEvents'] }, eventOf('aws.ecr', 'ECR Image Action')),
  ...cells('default bus', defaultBus(account), { tell: ['events:PutEvents'] }, eventOf(eventSource, eventType)),
  ...ofType(account, 'AWS::Logs::LogGroup').flatMap(({ id, arn }) => [
    ...cells(id, arn.replace(/\*$/, 'log-stream:x'), { log: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
    ...cells(id, arn.replace(/\*$/, 'log-stream:x'), { read: ['logs:GetLogEvents'] }),
  ]),
  ...ofType(account, 'AWS::IAM::Role').flatMap(({ id, arn }) =>
    cells(id, arn, { assume: ['sts:AssumeRole'], pass: ['iam:PassRole'], change: ['iam:PutRolePolicy'] }),
  ),
  ...ofType(account, 'AWS::KMS::Key').flatMap(({ id, arn }) =>
    cells(id, arn, { use: ['kms:Decrypt', 'kms:GenerateDataKey'], change: ['kms:PutKeyPolicy'] }),
  ),
  ...cells('EC2', '*', { interfaces: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'] }),
  ...cells('all streams', '*', { list: ['dynamodb:ListStreams'] }),
  ...cells('all repositories', '*', { token: ['ecr:GetAuthorizationToken'] }),
  ...cells('all metrics', '*', { put: ['cloudwatch:PutMetricData'] }),
];

const defaultBus = ({ region, accountId }: Account) => `arn:aws:events:${region}:${accountId}:event-bus/default`;

const eventOf = (source: string, type: string) => ({ 'events:source': source, 'events:detail-type': type });
