import { describe, expect, it } from 'vitest';
import { readAnnouncement } from '../../functions/image-updater/pushed-image.ts';
import { decide } from '../../local/aws/guard/policy/decide.ts';
import { matchesEvent } from '../../local/aws/sources/filter.ts';
import { imageMessageSchema } from '../../shared/events/messages.ts';
import { anEcrEvent } from '../functions/image-updater/events.ts';
import {
  deployerText,
  resource,
  resources,
  statementsOf,
  synthesize,
  synthesizeRegistries,
  warnings,
} from './template.ts';

/** One of another account, one of another region; `deployerText` takes images of the first. */
const text = `${deployerText.replace('docker.io/library/nginx', '999900001111.dkr.ecr.eu-west-3.amazonaws.com/*-web')}
home: { account: '999900001111', region: eu-west-1 }
registries:
  - { account: '444455556666', region: us-east-1 }
  - { account: '999900001111', region: eu-west-3 }
`;
const template = synthesize(text);
const stacks = synthesizeRegistries(text);
const [ofAccount, ofRegion] = stacks;
if (ofAccount === undefined || ofRegion === undefined) throw new Error('a stack is missing');
const ruleName = 'plumbline-999900001111-eu-west-1';
const bus = 'arn:<AWS::Partition>:events:eu-west-1:999900001111:event-bus/plumbline-registries';
const only = (found: { properties: Record<string, unknown> }[]) => found[0]?.properties ?? {};
const passes = ({ EventPattern }: Record<string, unknown>, event: object) =>
  matchesEvent(EventPattern as Record<string, unknown>, event);

describe('the stack beside a registry of another account', () => {
  const rule = only(resources(ofAccount, 'AWS::Events::Rule'));

  it('forwards pushes of the repositories that images are taken from, and nothing else', () => {
    expect(rule).toMatchObject({
      Name: ruleName,
      EventPattern: {
        source: ['aws.ecr'],
        'detail-type': ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'],
        detail: { 'repository-name': ['trial'] },
      },
    });
    const matches = (name: string) => passes(rule, anEcrEvent({ detail: { 'repository-name': name } }));
    expect([matches('trial'), matches('trial-2'), matches('other')]).toEqual([true, false, false]);
  });

  it('sends them to the bus at home by a role that may do only that, taken by EventBridge for this rule only', () => {
    expect(rule.Targets).toMatchObject([{ Arn: bus, RoleArn: '<Role.Arn>' }]);
    const policies = resources(ofAccount, 'AWS::IAM::Policy');
    expect(policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument))).toEqual([
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: bus },
    ]);
    expect(statementsOf(resource(ofAccount, 'AWS::IAM::Role', 'Role').AssumeRolePolicyDocument)).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: {
          ArnEquals: { 'aws:SourceArn': `arn:<AWS::Partition>:events:us-east-1:444455556666:rule/${ruleName}` },
          StringEquals: { 'aws:SourceAccount': '444455556666' },
        },
      },
    ]);
  });

  it('keeps what could not be forwarded, and tells people there', () => {
    expect(rule.Targets).toMatchObject([{ DeadLetterConfig: { Arn: '<DeadLettersQueue.Arn>' } }]);
    const policy = resource(ofAccount, 'AWS::SQS::QueuePolicy', 'DeadLettersQueuePolicy');
    expect(statementsOf(policy.PolicyDocument)).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Condition: { ArnEquals: { 'aws:SourceArn': '<Pushes.Arn>' } } },
    ]);
    const alarms = resources(ofAccount, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);
    expect(alarms.map(({ MetricName, AlarmActions }) => [MetricName, AlarmActions])).toEqual([
      ['ApproximateNumberOfMessagesVisible', ['<AlertsTopic>']],
      ['FailedInvocations', ['<AlertsTopic>']],
    ]);
    expect(resources(ofAccount, 'AWS::SNS::Subscription')).toMatchObject([
      { properties: { Endpoint: 'platform@example.com' } },
    ]);
  });

  it.each(stacks.map((stack, index) => [index, stack] as const))(
    'stack %i can be created of its template alone, without bootstrapping',
    (_, stack) => {
      expect(stack.toJSON().Parameters).toBeUndefined();
      expect(resources(stack, 'AWS::Lambda::Function')).toEqual([]);
    },
  );
});

describe('the bus at home', () => {
  it('admits the rules of exactly these registries', () => {
    const policies = resources(template, 'AWS::Events::EventBusPolicy').map(({ properties }) => properties.Statement);
    expect(policies).toMatchObject(
      [
        ['444455556666', 'us-east-1'],
        ['999900001111', 'eu-west-3'],
      ].map(([account, region]) => ({
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Principal: { AWS: `arn:<AWS::Partition>:iam::${account}:root` },
        Resource: '<ImageUpdaterRegistriesBus.Arn>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': [`arn:<AWS::Partition>:events:${region}:${account}:rule/${ruleName}`] },
        },
      })),
    );
    expect(resources(template, 'AWS::Events::EventBus')).toMatchObject([
      { properties: { Name: 'plumbline-registries' } },
    ]);
  });

  it.each([
    ['takes what the rule of a registry forwards', '444455556666', 'us-east-1', ruleName, true],
    ['takes what comes from another region of its own account', '999900001111', 'eu-west-3', ruleName, true],
    ['refuses another rule of that account', '444455556666', 'us-east-1', 'mine', false],
    ['refuses the same rule in another region', '444455556666', 'eu-west-3', ruleName, false],
    ['refuses other accounts', '121212121212', 'us-east-1', ruleName, false],
  ])('%s', (_title, accountId, region, rule, allowed) => {
    const asAws = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('<AWS::Partition>', 'aws'));
    const resource = bus.replace('<AWS::Partition>', 'aws');
    const policies = resources(template, 'AWS::Events::EventBusPolicy').map(({ properties }) => ({
      Statement: [{ ...asAws(properties.Statement), Resource: resource }],
    }));
    const identity = resources(ofAccount, 'AWS::IAM::Policy').map(({ properties }) => asAws(properties.PolicyDocument));
    const decision = decide(
      {
        principal: { kind: 'session', arn: 'x', roleArn: 'x', accountId },
        action: 'events:PutEvents',
        resource,
        context: { 'aws:sourcearn': `arn:aws:events:${region}:${accountId}:rule/${rule}` },
      },
      { identity, resource: policies, resourceMustDelegate: true },
    );
    expect(decision.allowed).toBe(allowed);
  });

  it('brings what came to the queue of the pushes, or to its dead letters', () => {
    expect(resource(template, 'AWS::Events::Rule', 'ImageUpdaterRegistriesPushes')).toMatchObject({
      EventBusName: '<ImageUpdaterRegistriesBus>',
      Targets: [
        {
          Arn: '<ImageUpdaterImagePushesQueue.Arn>',
          DeadLetterConfig: { Arn: '<ImageUpdaterImagePushesDeadLettersQueue.Arn>' },
        },
      ],
    });
    const policy = resource(template, 'AWS::SQS::QueuePolicy', 'ImageUpdaterImagePushesQueuePolicy');
    const admitted = statementsOf(policy.PolicyDocument).filter(({ Effect }) => Effect === 'Allow');
    expect(admitted.map(({ Condition }) => Condition?.ArnEquals)).toEqual([
      { 'aws:SourceArn': '<ImageUpdaterPushes.Arn>' },
      { 'aws:SourceArn': '<ImageUpdaterRegistriesPushes.Arn>' },
    ]);
  });

  it('is there only where registries are listed', () => {
    expect(resources(synthesize(), 'AWS::Events::EventBus')).toEqual([]);
    expect(synthesizeRegistries(deployerText)).toEqual([]);
  });
});

describe('an event of another account and region', () => {
  const region = 'us-east-1';
  const detail = { 'repository-name': 'trial' };
  const replicated = { ...detail, 'action-type': 'REPLICATE', 'source-account': '1', 'source-region': 'eu-west-1' };
  const cached = { ...detail, 'action-type': undefined, result: undefined, 'sync-status': 'SUCCESS' };

  it.each([
    ['a push', anEcrEvent({ region, detail })],
    ['a replica', anEcrEvent({ type: 'ECR Replication Action', region, detail: replicated })],
    ['a filled cache', anEcrEvent({ type: 'ECR Pull Through Cache Action', region, detail: cached })],
  ])('%s passes both rules, and is understood as one of the registry that it is from', (_name, given) => {
    const event = { ...given, account: '444455556666' };
    const there = only(resources(ofAccount, 'AWS::Events::Rule'));
    const here = resource(template, 'AWS::Events::Rule', 'ImageUpdaterRegistriesPushes');
    expect(passes(there, event)).toBe(true);
    expect(passes(here, event)).toBe(true);
    const message = imageMessageSchema.parse(JSON.parse(JSON.stringify(event)));
    expect('kind' in message ? undefined : readAnnouncement(message)).toEqual({
      image: { repository: { account: '444455556666', region: 'us-east-1', name: 'trial' }, tag: '1.1.0' },
    });
  });

  it('of a registry that is not listed passes not even the rule at home', () => {
    const here = resource(template, 'AWS::Events::Rule', 'ImageUpdaterRegistriesPushes');
    expect(passes(here, { ...anEcrEvent(), account: '121212121212' })).toBe(false);
  });
});

describe('what is forwarded', () => {
  const detailOf = (images: string[]) => {
    const listed = JSON.stringify(images.map((name) => `444455556666.dkr.ecr.us-east-1.amazonaws.com/${name}`));
    const [stack] = synthesizeRegistries(
      text.replace(/images: \['4444.*/, `images: ${listed}`).replace(/ {2}- .*eu-west-3 }\n/, ''),
    );
    return only(stack === undefined ? [] : resources(stack, 'AWS::Events::Rule')).EventPattern as { detail?: object };
  };

  it('is named as it is, by its beginning, or by a wildcard', () => {
    expect(detailOf(['web', 'team/*', '*-web', 'a**b', '*']).detail).toEqual({
      'repository-name': ['web', { prefix: 'team/' }, { wildcard: '*-web' }, { wildcard: 'a*b' }, { wildcard: '*' }],
    });
  });

  it('is every push where there are too many names for a pattern', () => {
    const pattern = detailOf(Array.from({ length: 60 }, (_, index) => `application-${index}-*`));
    expect(pattern.detail).toBeUndefined();
    expect(
      JSON.stringify(detailOf(Array.from({ length: 30 }, (_, index) => `application-${index}-*`))).length,
    ).toBeLessThan(2048);
  });
});

describe('images of registries that send no events', () => {
  it('are warned of where it is known which are home', () => {
    expect(warnings(text)).toEqual([
      expect.stringContaining('"111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/*" are found by the scan only'),
    ]);
    expect(warnings().join()).not.toContain('scan only');
  });
});

describe('the policies that repositories of other accounts must have', () => {
  const outputs = template.toJSON().Outputs as Record<string, { Value: { 'Fn::Join': [string, unknown[]] } }>;
  const documentOf = (name: string) => {
    const parts = outputs[name]?.Value['Fn::Join'][1] ?? [];
    const text = parts.map((part) => (typeof part === 'string' ? part : 'ROLE')).join('');
    return {
      statements: statementsOf(JSON.parse(text)),
      references: parts.filter((part) => typeof part !== 'string'),
    };
  };

  it.each([
    [
      'ImageRepositoryPolicy',
      'ImageUpdater',
      ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
    ],
    ['ChartRepositoryPolicy', 'Source', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']],
  ])('%s allows the role of %s exactly %s', (name, construct, Action) => {
    const { statements, references } = documentOf(name);
    expect(statements).toEqual([{ Sid: 'Plumbline', Effect: 'Allow', Principal: { AWS: 'ROLE' }, Action }]);
    expect(references).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(`^${construct}FunctionRole`), 'Arn'] }]);
  });
});
