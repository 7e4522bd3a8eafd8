import { describe, expect, it } from 'vitest';
import {
  many,
  resource,
  resources,
  type Statement,
  statementsOf,
  statementsOfFunction,
  synthesizeExample,
} from './template.ts';

const stacks = synthesizeExample('two clusters, one in another account');
const { Plumbline: home, 'PlumblineClusters-444455556666': elsewhere } = stacks as Required<typeof stacks>;
if (home === undefined || elsewhere === undefined) throw new Error(`the stacks are ${Object.keys(stacks).join(', ')}`);

const bucket = 'arn:<AWS::Partition>:s3:::plumbline-artifacts-111122223333-eu-west-1';
const table = 'arn:<AWS::Partition>:dynamodb:eu-west-1:111122223333:table/plumbline-state';
const reconcilerRole = 'arn:<AWS::Partition>:iam::444455556666:role/plumbline-reconciler-production-eu-west-1';
const homeRole = (name: string) => `arn:<AWS::Partition>:iam::111122223333:role/plumbline-${name}-eu-west-1`;
const queue = 'arn:<AWS::Partition>:sqs:eu-west-1:444455556666:plumbline-production.fifo';

/** `action resource`, one line each. */
const lines = (statements: Statement[]) =>
  statements.flatMap(({ Action, Resource }) =>
    many(Action).flatMap((action) => many(Resource).map((on) => `${action} ${on}`)),
  );
const allowedTo = (statements: Statement[], account: string) =>
  statements.filter(
    (statement) => statement.Effect === 'Allow' && JSON.stringify(statement).includes(`:iam::${account}:root`),
  );
const byRole = { ArnEquals: { 'aws:PrincipalArn': reconcilerRole } };
const onlyPrincipal = (...arns: string[]) => ({ ArnEquals: { 'aws:PrincipalArn': arns } });

describe('what stands where', () => {
  it('is a stack in each account, with the reconciler of its own cluster', () => {
    expect(Object.keys(stacks)).toEqual(['Plumbline', 'PlumblineClusters-444455556666']);
    const reconcilersIn = (template: typeof home) =>
      resources(template, 'AWS::Lambda::Function').flatMap(({ id }) => (id.startsWith('Reconciler') ? [id] : []));
    expect([reconcilersIn(home), reconcilersIn(elsewhere)]).toEqual([
      ['ReconcilersharedFunction'],
      ['ReconcilerproductionFunction'],
    ]);
    expect(resources(elsewhere, 'AWS::Lambda::Function')).toHaveLength(1);
  });

  it('needs no export: an account knows what is in the other by its name', () => {
    for (const template of [home, elsewhere]) {
      expect(JSON.stringify(template.toJSON())).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput|ExportsOutput/);
    }
    expect(resource(home, 'AWS::S3::Bucket', 'ArtifactsBucket').BucketName).toBe(bucket.split(':::')[1]);
    expect(resource(home, 'AWS::DynamoDB::GlobalTable', 'StateTable').TableName).toBe(table.split('/')[1]);
    expect(resource(elsewhere, 'AWS::IAM::Role', 'ReconcilerproductionFunctionRole').RoleName).toBe(
      reconcilerRole.split('/')[1],
    );
    expect(resource(elsewhere, 'AWS::SQS::Queue', 'ReconcilerproductionReconciliationsQueue').QueueName).toBe(
      queue.split(':').at(-1),
    );
    for (const [id, name] of [
      ['Source', 'source'],
      ['Dispatcher', 'dispatcher'],
    ] as const)
      expect(resource(home, 'AWS::IAM::Role', `${id}FunctionRole`).RoleName).toBe(homeRole(name).split('/')[1]);
  });
});

describe('the reconciler of another account', () => {
  it('may do with the bucket what is its environment’s, and its own account says so, too', () => {
    const own = statementsOfFunction(elsewhere, 'Reconcilerproduction');
    const rights = [
      ...['artifacts', 'releases'].map((folder) => `s3:GetObject ${bucket}/${folder}/production/*.json`),
      `s3:GetObject ${bucket}/inventories/production/*/*.json`,
      ...['inventories', 'plans'].map((folder) => `s3:PutObject ${bucket}/${folder}/production/*/*.json`),
    ];
    expect(
      lines(own)
        .filter((line) => line.startsWith('s3:'))
        .sort(),
    ).toEqual(rights.sort());
  });

  it('is let in by the bucket’s policy to the same, by its role and no other', () => {
    const policy = statementsOf(resource(home, 'AWS::S3::BucketPolicy', 'ArtifactsBucketPolicy').PolicyDocument);
    const admitted = allowedTo(policy, '444455556666');
    expect(admitted.map(({ Condition }) => Condition)).toEqual(admitted.map(() => byRole));
    expect(
      lines(admitted)
        .map((line) => line.replace('<ArtifactsBucket.Arn>', bucket))
        .sort(),
    ).toEqual(
      lines(statementsOfFunction(elsewhere, 'Reconcilerproduction'))
        .filter((line) => line.startsWith('s3:'))
        .sort(),
    );
  });

  it('is let in by the table’s policy to what its own account allows it: items of its environment and its cluster', () => {
    const { Replicas } = resource(home, 'AWS::DynamoDB::GlobalTable', 'StateTable');
    const [{ ResourcePolicy }] = Replicas as [{ ResourcePolicy: { PolicyDocument: unknown } }];
    const admitted = statementsOf(ResourcePolicy.PolicyDocument).map(({ Action, Resource, Condition }) => {
      const { ArnEquals, ...rest } = Condition ?? {};
      expect({ ArnEquals }).toEqual(byRole);
      return { Effect: 'Allow', Action: many(Action).toSorted(), Resource, Condition: rest };
    });
    const own = statementsOfFunction(elsewhere, 'Reconcilerproduction')
      .filter(({ Resource }) => Resource === table)
      .map((statement) => ({ ...statement, Action: many(statement.Action).toSorted() }));
    expect(admitted).toEqual(own);
    const partitions = own.flatMap(({ Condition }) =>
      many(Condition?.['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'] as string | string[]),
    );
    expect(partitions).toEqual(expect.arrayContaining(['environment#production', 'cluster#production']));
    expect(partitions.filter((key) => !/production/.test(key))).toEqual([]);
  });

  it('names the table by its ARN, without which DynamoDB would look in the caller’s account', () => {
    const { Environment } = resource(elsewhere, 'AWS::Lambda::Function', 'ReconcilerproductionFunction');
    expect(Environment).toMatchObject({
      Variables: { STATE_TABLE: table, ARTIFACT_BUCKET: bucket.split(':::')[1], CLUSTER: 'production' },
    });
  });

  it('has its dead letters and its alarms in its own account, and a topic that tells the same people', () => {
    expect(resources(elsewhere, 'AWS::SQS::Queue').map(({ id }) => id)).toContain(
      'ReconcilerproductionReconciliationsDeadLettersQueue',
    );
    const alarms = resources(elsewhere, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmActions);
    expect(alarms.length).toBeGreaterThanOrEqual(3);
    expect(new Set(alarms.map(String))).toEqual(new Set(['<AlertsTopic>']));
    expect(resources(elsewhere, 'AWS::SNS::Subscription').map(({ properties }) => properties.Endpoint)).toEqual([
      'platform@example.com',
    ]);
  });

  it('is polled from a queue of its own account, as Lambda asks', () => {
    expect(resources(elsewhere, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => properties)).toMatchObject([
      { EventSourceArn: '<ReconcilerproductionReconciliationsQueue.Arn>' },
    ]);
  });
});

describe('Plumbline’s own account', () => {
  it.each(['Source', 'Dispatcher'])('%s may send to the queue of the other account, and knows its URL', (construct) => {
    expect(lines(statementsOfFunction(home, construct))).toContain(`sqs:SendMessage ${queue}`);
    const { Environment } = resource(home, 'AWS::Lambda::Function', `${construct}Function`);
    const { RECONCILIATION_QUEUE_URLS } = (Environment as { Variables: Record<string, string> }).Variables;
    expect(JSON.parse(RECONCILIATION_QUEUE_URLS ?? '')).toMatchObject({
      production: 'https://sqs.eu-west-1.<AWS::URLSuffix>/444455556666/plumbline-production.fifo',
    });
  });

  it('the queue takes messages of these two roles, and of nobody else', () => {
    const policy = resource(elsewhere, 'AWS::SQS::QueuePolicy', 'ReconcilerproductionReconciliationsQueuePolicy');
    const allowed = statementsOf(policy.PolicyDocument).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toMatchObject([
      { Action: 'sqs:SendMessage', Condition: onlyPrincipal(homeRole('source'), homeRole('dispatcher')) },
    ]);
  });

  it('source describes the other account’s cluster in a role there that may do just that', () => {
    const role = 'arn:<AWS::Partition>:iam::444455556666:role/plumbline-describe-production-eu-west-1';
    const rights = lines(statementsOfFunction(home, 'Source'));
    expect(rights.filter((line) => line.startsWith('sts:'))).toEqual([`sts:AssumeRole ${role}`]);
    expect(rights.filter((line) => line.startsWith('eks:')).join()).not.toContain('production-cluster');
    const { RoleName, AssumeRolePolicyDocument, Policies } = resource(
      elsewhere,
      'AWS::IAM::Role',
      'ReconcilerproductionDescription',
    );
    expect(RoleName).toBe(role.split('/')[1]);
    expect(statementsOf(AssumeRolePolicyDocument)).toMatchObject([
      { Action: 'sts:AssumeRole', Condition: onlyPrincipal(homeRole('source')) },
    ]);
    expect(
      (Policies as { PolicyDocument: unknown }[]).flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument)),
    ).toEqual([
      {
        Effect: 'Allow',
        Action: 'eks:DescribeCluster',
        Resource: 'arn:<AWS::Partition>:eks:eu-west-1:<AWS::AccountId>:cluster/production-cluster',
      },
    ]);
  });

  it('encrypts the table with a key that another account may use: not with the one that AWS manages', () => {
    const { Replicas, SSESpecification } = resource(home, 'AWS::DynamoDB::GlobalTable', 'StateTable');
    expect(SSESpecification).toBeUndefined();
    expect(JSON.stringify(Replicas)).not.toContain('SSESpecification');
  });
});

describe('an account with clusters of its own', () => {
  it('has no table, no bucket and no secret', () => {
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'])
      expect(resources(elsewhere, type)).toEqual([]);
    expect(JSON.stringify(elsewhere.toJSON())).not.toContain('secretsmanager');
  });
});
