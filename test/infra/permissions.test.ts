import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type functions,
  many,
  resources,
  type Statement,
  statementsOf,
  statementsOfFunction,
  synthesize,
  warnings,
} from './template.ts';

const template = synthesize();

/** `action resource`, one line each, of what a role is allowed. */
const allowed = (statements: Statement[]) =>
  statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) => many(Action).flatMap((action) => many(Resource).map((on) => `${action} ${on}`)))
    .sort();

const table = '<StateTable.Arn>';
const bucket = '<ArtifactsBucket.Arn>';
const secret = (name: string) =>
  `secretsmanager:GetSecretValue arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-??????`;
const log = (construct: string) =>
  ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} <${construct}FunctionLog.Arn>`);
const consume = (queue: string) =>
  ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'].map((action) => `${action} <${queue}.Arn>`);
const send = (...queues: string[]) => queues.map((queue) => `sqs:SendMessage <${queue}.Arn>`);
const dynamo = (...actions: string[]) => actions.map((action) => `dynamodb:${action} ${table}`);
const get = (...patterns: string[]) => patterns.map((pattern) => `s3:GetObject ${bucket}/${pattern}`);
const put = (...patterns: string[]) => patterns.map((pattern) => `s3:PutObject ${bucket}/${pattern}`);
const interfaces = [
  'AssignPrivateIpAddresses',
  'CreateNetworkInterface',
  'DeleteNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'UnassignPrivateIpAddresses',
].map((action) => `ec2:${action} *`);
const ecr = (region: string, account: string, name: string) =>
  ['BatchGetImage', 'DescribeImages', 'GetDownloadUrlForLayer'].map(
    (action) => `ecr:${action} arn:<AWS::Partition>:ecr:${region}:${account}:repository/${name}`,
  );
const cluster = (name: string) =>
  `eks:DescribeCluster arn:<AWS::Partition>:eks:<AWS::Region>:<AWS::AccountId>:cluster/${name}`;
const ofSource = [
  'artifacts/*/*.json',
  'charts/*.tgz',
  'releases/*/*.json',
  'rendered/*/*.json',
  'renderings/*/*/*.json',
  'trees/*/*.tar.gz',
];
const reconciliations = ['ReconcilermainReconciliationsQueue', 'ReconcilerlabReconciliationsQueue'];

const reconciler = (construct: string, environment: string) => [
  ...log(construct),
  ...interfaces,
  ...dynamo('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
  ...get(`artifacts/${environment}/*.json`, `inventories/${environment}/*/*.json`, `releases/${environment}/*.json`),
  ...put(`inventories/${environment}/*/*.json`, `plans/${environment}/*/*.json`),
  ...consume(`${construct}ReconciliationsQueue`),
];

const followStream = [
  ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action} <StateTable.StreamArn>`),
  `dynamodb:ListStreams ${table}/stream/*`,
];

/** All that each function may do. A line that is added here is a privilege that is added. */
const privileges: Record<keyof typeof functions, string[]> = {
  Webhook: [...log('Webhook'), secret('plumbline/webhook'), ...send('SourceGitChangesQueue')],
  ImageUpdater: [
    ...log('ImageUpdater'),
    secret('plumbline/write'),
    ...ecr('eu-west-1', '111122223333', 'team/*'),
    ...ecr('us-east-1', '444455556666', 'trial'),
    ...consume('ImageUpdaterImagePushesQueue'),
    ...send('ImageUpdaterImagePushesDeadLettersQueue'),
  ],
  Source: [
    ...log('Source'),
    secret('plumbline/read'),
    ...dynamo('GetItem', 'PutItem', 'UpdateItem'),
    ...get(...ofSource),
    ...put(...ofSource),
    'lambda:InvokeFunction <RendererFunction.Arn>',
    cluster('main-cluster'),
    cluster('lab-cluster'),
    'ecr:BatchGetImage arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/charts/*',
    'ecr:GetDownloadUrlForLayer arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/charts/*',
    ...consume('SourceGitChangesQueue'),
    ...send(...reconciliations, 'SourceGitChangesDeadLettersQueue'),
  ],
  Renderer: [...log('Renderer'), ...interfaces],
  Reconcilermain: reconciler('Reconcilermain', 'staging'),
  Reconcilerlab: reconciler('Reconcilerlab', 'trial'),
  Dispatcher: [
    ...log('Dispatcher'),
    ...dynamo('GetItem', 'Query'),
    ...get('releases/*/*.json'),
    ...consume('DispatcherTicksQueue'),
    ...send('SourceGitChangesQueue', 'ImageUpdaterImagePushesQueue', ...reconciliations),
    ...send('DispatcherTicksDeadLettersQueue'),
    ...followStream,
    ...send('DispatcherDeadLettersQueue'),
  ],
  Reporter: [
    ...log('Reporter'),
    secret('plumbline/report'),
    ...dynamo('GetItem', 'Query'),
    ...get('releases/*/*.json'),
    'sns:Publish <AlertsTopic>',
    ...followStream,
    ...send('ReporterDeadLettersQueue'),
  ],
};

/** Why a statement may name no resource. */
const reasonsForStar: Record<string, string> = {
  NetworkInterfaces:
    'Lambda makes interfaces with the role of the function, and EC2 offers no resource to name before they exist',
  NotByOwnCode: 'it denies',
};

describe('the roles of the functions', () => {
  it.each(Object.entries(privileges))('%s may do exactly what its table says', (construct, expected) => {
    expect(allowed(statementsOfFunction(template, construct))).toEqual([...expected].sort());
  });

  it('docs/security.md says of each action of image-updater what it is for', () => {
    const [, section = ''] = readFileSync('docs/security.md', 'utf8').split(/^## What `image-updater` may do in AWS$/m);
    const table = (section.split(/^## /m)[0] ?? '').match(/^\| `.*$/gm) ?? [];
    const documented = table.flatMap((row) => {
      const [service, ...actions] = (row.split('|')[1] ?? '').match(/[A-Za-z]+(?=[:`])/g) ?? [];
      return actions.map((action) => `${service}:${action}`);
    });
    const needed = privileges.ImageUpdater.map((line) => line.split(' ')[0]);
    expect(new Set(documented)).toEqual(new Set(needed));
  });

  it.each([
    ['Source', ['environment#staging', 'environment#trial', 'cluster#main', 'cluster#lab']],
    ['Reconcilermain', ['environment#staging', 'cluster#main']],
    ['Reconcilerlab', ['environment#trial', 'cluster#lab']],
    ['Dispatcher', ['environment#staging', 'environment#trial']],
    ['Reporter', ['environment#staging', 'environment#trial']],
  ])('%s reaches only its own partitions of the state table', (construct, keys) => {
    const onTable = statementsOfFunction(template, construct).filter(({ Resource }) => Resource === table);
    expect(onTable.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys } },
    ]);
  });

  it.each(['Renderer', 'Reconcilermain', 'Reconcilerlab'])(
    'the code of %s itself may ask nothing of EC2',
    (construct) => {
      const denied = statementsOfFunction(template, construct).filter(({ Effect }) => Effect === 'Deny');
      expect(denied).toEqual([
        {
          Sid: 'NotByOwnCode',
          Effect: 'Deny',
          Action: 'ec2:*',
          Resource: '*',
          Condition: {
            ArnLike: {
              'lambda:SourceFunctionArn': 'arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:*',
            },
          },
        },
      ]);
    },
  );

  it('no role has a managed policy, or lets anybody take it but the service that it is for', () => {
    for (const { id, properties } of resources(template, 'AWS::IAM::Role')) {
      const service = id.startsWith('SchedulerRole') ? 'scheduler.amazonaws.com' : 'lambda.amazonaws.com';
      expect(properties.ManagedPolicyArns, id).toBeUndefined();
      const trust = statementsOf(properties.AssumeRolePolicyDocument);
      expect(trust, id).toMatchObject([{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service } }]);
    }
  });

  it('no statement names all resources or all actions but for a listed reason', () => {
    const policies = resources(template, 'AWS::IAM::Policy');
    const statements = policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument));
    const wide = statements.filter(
      ({ Resource, Action }) => many(Resource).includes('*') || many(Action).some((action) => action.endsWith('*')),
    );
    expect(new Set(wide.map(({ Sid }) => Sid))).toEqual(new Set(Object.keys(reasonsForStar)));
    expect(statements.length).toBeGreaterThan(30);
  });

  it('every role in the template belongs to a function of the table, or to Scheduler', () => {
    const known = Object.keys(privileges).map((construct) => `${construct}FunctionRoleDefaultPolicy`);
    const ids = resources(template, 'AWS::IAM::Policy').map(({ id }) => id);
    expect(ids.filter((id) => !known.includes(id)).map((id) => id.replace(/Target.*/, ''))).toEqual([
      'SchedulerRoleFor',
    ]);
  });
});

describe('images that are not in ECR', () => {
  it('give no right, and a warning names them', () => {
    expect(allowed(statementsOfFunction(template, 'ImageUpdater')).join()).not.toContain('nginx');
    expect(warnings()).toEqual([expect.stringContaining('"docker.io/library/nginx" is not ACCOUNT.dkr.ecr.REGION')]);
  });
});
