import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, judgeService } from '../../local/aws/guard/authorize.ts';
import { type PolicyDocument, parsePolicy } from '../../local/aws/guard/policy/document.ts';
import { type Caller, createWorld } from '../../local/aws/guard/world.ts';
import { deployerSchema } from '../../shared/config/deployer.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import {
  deployerText,
  functions,
  lambda,
  many,
  type Resource,
  resources,
  type Statement,
  synthesize,
} from './template.ts';

const [account, region] = ['111122223333', 'eu-west-1'];
const keyArn = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const text = (arn = keyArn) => `${deployerText}encryption: { keyArn: '${arn}' }\n`;
const template = synthesize(text());

const arns: [RegExp, string][] = [
  [/<AWS::Region>/g, region],
  [/<AWS::AccountId>/g, account],
  [/<AWS::URLSuffix>/g, 'amazonaws.com'],
  [/<AWS::Partition>/g, 'aws'],
  [/<(\w+Queue)\.Arn>/g, `arn:aws:sqs:${region}:${account}:$1`],
  [/<ArtifactsBucket\.Arn>/g, 'arn:aws:s3:::artifacts'],
  [/<AlertsTopic>/g, `arn:aws:sns:${region}:${account}:alerts`],
  // The table's name, as CloudFormation would take it from an ARN of the table or of its stream.
  [/\{"Fn::Select":\[1,\{"Fn::Split":\["\/","[^"]*"\]\}\]\}/g, '"state"'],
  [/<StateTable\.Arn>/g, `arn:aws:dynamodb:${region}:${account}:table/state`],
  [/<StateTable\.StreamArn>/g, `arn:aws:dynamodb:${region}:${account}:table/state/stream/now`],
];

/** As it would be in the account: with ARNs in the place of references. */
const found = (type: string): Resource[] =>
  JSON.parse(
    arns.reduce((json, [pattern, value]) => json.replace(pattern, value), JSON.stringify(resources(template, type))),
  );

/** The statements that docs/security.md asks for, as one would write them into the key's policy. */
const [, documented = ''] =
  /## A key of your own[\s\S]*?```json\n([\s\S]*?)```/.exec(readFileSync('docs/security.md', 'utf8')) ?? [];
const keyPolicy: PolicyDocument = {
  Statement: JSON.parse(documented.replaceAll('ACCOUNT', account).replaceAll('REGION', region)),
};

const queues = found('AWS::SQS::Queue');
const arnOf = ({ id }: Resource) => `arn:aws:sqs:${region}:${account}:${id}`;

/** An account in which the key has that policy, and every role what the template gives it. */
function createAccount(statements = keyPolicy) {
  const world = createWorld(account, region);
  world.resourcePolicies.set(keyArn, [statements]);
  const encrypted = [
    ...queues.map(arnOf),
    'arn:aws:s3:::artifacts',
    `arn:aws:dynamodb:${region}:${account}:table/state`,
    `arn:aws:sns:${region}:${account}:alerts`,
  ];
  for (const arn of encrypted) world.encryptionKeys.set(arn, keyArn);
  for (const { properties } of found('AWS::SQS::QueuePolicy'))
    for (const url of properties.Queues as string[])
      world.resourcePolicies.set(arnOf({ id: url.replace(/[<>]/g, '') } as Resource), [
        parsePolicy(properties.PolicyDocument),
      ]);
  return world;
}

function callerOf(world: ReturnType<typeof createAccount>, role: string, policies: PolicyDocument[]): Caller {
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/fn`;
  world.roles.set(roleArn, {
    name: role,
    arn: roleArn,
    trust: { Statement: [] },
    policies: new Map(policies.map((policy, index) => [`${index}`, policy])),
  });
  const credentials = { accessKeyId: 'A', secretAccessKey: 'S' };
  return { credentials, principal: { kind: 'session', arn, roleArn, accountId: account }, name: role, inVpc: false };
}

const rolesWithPolicies = Map.groupBy(
  [...found('AWS::IAM::Policy'), ...found('AWS::IAM::ManagedPolicy')].flatMap(({ properties }) =>
    (properties.Roles as string[]).map((role) => ({ role, policy: parsePolicy(properties.PolicyDocument) })),
  ),
  ({ role }) => role,
);

const isKeyed = (action: string) =>
  /^(sqs:(Send|Receive)|sns:Publish|s3:(Get|Put)Object|dynamodb:(?!List))/.test(action);

/** What the role is allowed on something encrypted, with the table's partition that the condition asks for. */
const keyedPermissions = (policies: PolicyDocument[]) =>
  policies
    .flatMap((policy) => many(policy.Statement as Statement | Statement[]))
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      many(Action).flatMap((action) => many(Resource).map((resource) => ({ action, resource }))),
    )
    .filter(({ action }) => isKeyed(action))
    .map(({ action, resource }) => ({ action, resource: resource.replace(/\*/g, 'x') }));

describe.each([...rolesWithPolicies])('%s', (role, parts) => {
  const policies = parts.map(({ policy }) => policy);
  const needs = keyedPermissions(policies);

  it('may use the key for all that it does with what is encrypted', () => {
    const world = createAccount();
    const caller = callerOf(world, role, policies);
    const operation = { service: '', name: '', protocol: 'json', parameters: {}, judgedByEmulator: false } as const;
    const judgements = judge(world, caller, { ...operation, permissions: needs }).filter(({ permission }) =>
      permission.action.startsWith('kms:'),
    );
    if (needs.length > 0) expect(judgements.length).toBeGreaterThan(0);
    expect(judgements.filter(({ decision }) => !decision.allowed)).toEqual([]);
  });

  it('may use it for nothing else: only through a service, and but for its variables only for what it names', () => {
    const uses = policies
      .flatMap((policy) => many(policy.Statement as Statement | Statement[]))
      .filter(({ Action }) => many(Action).some((action) => action.startsWith('kms:')));
    expect(uses.length).toBeGreaterThan(0);
    for (const { Action, Resource, Condition } of uses) {
      expect(Resource).toBe(keyArn);
      expect(many(Action).filter((action) => !['kms:Decrypt', 'kms:GenerateDataKey'].includes(action))).toEqual([]);
      const service = String(Condition?.StringEquals?.['kms:ViaService']);
      expect(service).toMatch(/^(dynamodb|lambda|s3|secretsmanager|sns|sqs)\.eu-west-1\.amazonaws\.com$/);
      if (!service.startsWith('lambda')) expect(JSON.stringify(Condition)).toContain('kms:EncryptionContext:');
    }
  });
});

it('the renderer, which has no rights, opens its variables with it and nothing else', () => {
  const [{ policy } = {}] = rolesWithPolicies.get('<RendererFunctionRole>') ?? [];
  const uses = many((policy?.Statement ?? []) as Statement[]).filter(({ Action }) =>
    many(Action).includes('kms:Decrypt'),
  );
  expect(uses.map(({ Condition }) => Condition)).toEqual([
    { StringEquals: { 'kms:ViaService': 'lambda.eu-west-1.amazonaws.com' } },
  ]);
});

describe('what the key’s policy lets in', () => {
  const [rule] = found('AWS::Events::Rule');
  const arrives = (policy: PolicyDocument) =>
    judgeService(createAccount(policy), 'events.amazonaws.com', {
      action: 'sqs:SendMessage',
      resource: `arn:aws:sqs:${region}:${account}:ImageUpdaterImagePushesQueue`,
      context: { 'aws:sourcearn': `<${rule?.id}.Arn>` },
    }).allowed;
  const without = (sid: string): PolicyDocument => ({
    Statement: many(keyPolicy.Statement as Statement | Statement[]).filter(({ Sid }) => Sid !== sid) as never,
  });

  it('has a statement for each service of AWS that writes in its own name', () => {
    const services = many(keyPolicy.Statement as never[]).flatMap(
      ({ Principal }: { Principal: { Service?: string } }) => Principal.Service ?? [],
    );
    expect(services).toEqual(['events.amazonaws.com', 'cloudwatch.amazonaws.com', 'logs.eu-west-1.amazonaws.com']);
  });

  it('is what an image push needs to arrive', () => {
    expect(arrives(keyPolicy)).toBe(true);
    expect(arrives(without('EventsToQueues'))).toBe(false);
  });
});

describe('everything that is kept', () => {
  it.each(queues.map(({ id, properties }) => [id, properties] as const))(
    '%s is encrypted with the key',
    (_id, properties) => {
      expect(properties).toMatchObject({ KmsMasterKeyId: keyArn });
      expect(properties.SqsManagedSseEnabled).toBeUndefined();
    },
  );

  it('is encrypted with it: bucket, table, topic, logs and variables', () => {
    const [bucket] = found('AWS::S3::Bucket');
    expect(bucket?.properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } },
      ],
    });
    const [table] = found('AWS::DynamoDB::GlobalTable');
    expect(table?.properties).toMatchObject({
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [{ SSESpecification: { KMSMasterKeyId: keyArn }, DeletionProtectionEnabled: true }],
    });
    expect(found('AWS::SNS::Topic').map(({ properties }) => properties.KmsMasterKeyId)).toEqual([keyArn]);
    const logs = found('AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThanOrEqual(Object.keys(functions).length);
    expect(logs.filter(({ properties }) => properties.KmsKeyId !== keyArn)).toEqual([]);
    for (const construct of Object.keys(functions)) expect(lambda(template, construct).KmsKeyArn).toBe(keyArn);
  });

  it('is encrypted with AWS’s keys by default, which nobody needs a right for', () => {
    const plain = synthesize();
    const types = [
      'AWS::SQS::Queue',
      'AWS::IAM::Policy',
      'AWS::Lambda::Function',
      'AWS::SNS::Topic',
      'AWS::DynamoDB::GlobalTable',
    ];
    expect(JSON.stringify(types.map((type) => resources(plain, type)))).not.toMatch(/kms/i);
  });
});

describe('the key', () => {
  const problem = (source: string) => {
    try {
      parseConfiguration(source, 'deployer.yaml', deployerSchema);
    } catch (error) {
      return String(error);
    }
    return '';
  };

  it('is named by its ARN, not by an alias, which could be pointed at another', () => {
    expect(problem(text(`arn:aws:kms:${region}:${account}:alias/plumbline`))).toMatch(
      /encryption\.keyArn.*must be the ARN of a KMS key/s,
    );
  });

  it('stands in the region that Plumbline stands in', () => {
    const home = `home: { account: '${account}', region: us-east-1 }\n`;
    expect(problem(text() + home)).toMatch(
      /encryption\.keyArn.*must be a key in us-east-1, where home is; found one in eu-west-1/s,
    );
    expect(problem(text() + home.replace('us-east-1', region))).toBe('');
  });
});
