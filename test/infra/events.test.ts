import { describe, expect, it } from 'vitest';
import { matchesEvent } from '../../local/aws/sources/filter.ts';
import { tickSchema } from '../../shared/events/messages.ts';
import { deployerText, resource, resources, statementsOf, synthesize } from './template.ts';

const template = synthesize();
const schedules = (text?: string) =>
  resources(text === undefined ? template : synthesize(text), 'AWS::Scheduler::Schedule');

describe('image pushes', () => {
  it('come by all three events of ECR, and go to dead letters when EventBridge gives up', () => {
    const [rule] = resources(template, 'AWS::Events::Rule');
    expect(rule?.properties.EventPattern).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'],
    });
    expect(rule?.properties.Targets).toMatchObject([
      {
        Arn: '<ImageUpdaterImagePushesQueue.Arn>',
        DeadLetterConfig: { Arn: '<ImageUpdaterImagePushesDeadLettersQueue.Arn>' },
      },
    ]);
  });

  it('fault 25: of signatures come, too, where an environment demands some', () => {
    const verify = '    branch: staging\n    verify: [{ keys: [cosign.pub] }]\n';
    const demanding = synthesize(deployerText.replace('    branch: staging\n', verify));
    const [rule] = resources(demanding, 'AWS::Events::Rule');
    expect(rule?.properties.EventPattern).toMatchObject({
      'detail-type': expect.arrayContaining(['ECR Image Action', 'ECR Referrer Action']),
    });
  });

  it.each(['ImageUpdaterImagePushesQueue', 'ImageUpdaterImagePushesDeadLettersQueue'])(
    '%s takes events of that rule only',
    (id) => {
      const policy = resource(template, 'AWS::SQS::QueuePolicy', `${id}Policy`);
      const admitted = statementsOf(policy.PolicyDocument).filter(({ Effect }) => Effect === 'Allow');
      expect(admitted).toMatchObject([
        {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': '<ImageUpdaterPushes.Arn>' } },
        },
      ]);
    },
  );
});

describe('ticks', () => {
  it('come at the intervals of deployer.yaml, by default or as set', () => {
    const rates = (text?: string) => schedules(text).map(({ properties }) => properties.ScheduleExpression);
    expect(rates()).toEqual(['rate(5 minutes)', 'rate(5 minutes)', 'rate(15 minutes)', 'rate(1 minute)']);
    expect(rates(`${deployerText}schedules: { drift: 1 hour, retry: 2 minutes }\n`)).toEqual([
      'rate(1 hour)',
      'rate(5 minutes)',
      'rate(15 minutes)',
      'rate(2 minutes)',
    ]);
  });

  it('are messages that the dispatcher reads', () => {
    const inputs = schedules().map(({ properties }) => (properties.Target as { Input: string }).Input);
    expect(inputs.map((input) => tickSchema.parse(JSON.parse(input)).kind)).toEqual([
      'drift',
      'resync',
      'scan',
      'retry',
    ]);
    expect(inputs.every((input) => input.includes('<aws.scheduler.scheduled-time>'))).toBe(true);
  });

  it('fault 10: a tick that is missed goes to dead letters after one interval', () => {
    expect(schedules()[0]?.properties.Target).toMatchObject({
      Arn: '<DispatcherTicksQueue.Arn>',
      DeadLetterConfig: { Arn: '<DispatcherTicksDeadLettersQueue.Arn>' },
      RetryPolicy: { MaximumEventAgeInSeconds: 300 },
    });
  });
});

describe('the state’s stream', () => {
  it('is followed with retries, bisecting and dead letters', () => {
    const mappings = resources(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);
    const followed = (by: string) => ({
      FunctionName: `<${by}Function>`,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: `<${by}DeadLettersQueue.Arn>` } },
    });
    expect(mappings.filter(({ EventSourceArn }) => EventSourceArn === '<StateTable.StreamArn>')).toMatchObject([
      followed('Reporter'),
      followed('Dispatcher'),
    ]);
  });

  const report = { pk: 'report#staging', sk: 'report' };
  it.each<[string, string, boolean, { pk?: string; sk: string; phase?: string; deployed?: string }]>([
    ['Dispatcher', 'an application that is healthy', true, { sk: 'application#db', phase: 'healthy' }],
    ['Dispatcher', 'an application that rolls out', false, { sk: 'application#db', phase: 'progressing' }],
    ['Dispatcher', 'what is desired', false, { sk: 'desired', phase: 'healthy' }],
    ['Reporter', 'what is desired', true, { sk: 'desired', phase: 'healthy' }],
    ['Dispatcher', 'what was told of a deployed revision', true, { ...report, deployed: 'a' }],
    ['Dispatcher', 'what was told before one was', false, report],
    ['Reporter', 'what it told itself', false, { ...report, deployed: 'a' }],
  ])('tells the %s of %s: %s', (by, _what, expected, { pk = 'environment#staging', sk, phase, deployed }) => {
    const mappings = resources(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);
    const filters = mappings
      .filter(({ FunctionName }) => FunctionName === `<${by}Function>`)
      .flatMap(
        ({ FilterCriteria }) => (FilterCriteria as { Filters: { Pattern: string }[] } | undefined)?.Filters ?? [],
      );
    const record = {
      eventName: 'MODIFY',
      dynamodb: {
        Keys: { pk: { S: pk }, sk: { S: sk } },
        NewImage: {
          ...(phase && { phase: { S: phase } }),
          ...(deployed && { deployed: { M: { revision: { S: deployed } } } }),
        },
      },
    };
    expect(filters.some(({ Pattern }) => matchesEvent(JSON.parse(Pattern), record))).toBe(expected);
  });
});

describe('the webhook', () => {
  it('is public, by both permissions that a function URL needs', () => {
    const permissions = resources(template, 'AWS::Lambda::Permission').map(({ properties }) => properties);
    const FunctionName = '<WebhookFunction.Arn>';
    expect(resources(template, 'AWS::Lambda::Url')).toMatchObject([{ properties: { AuthType: 'NONE' } }]);
    expect(permissions).toEqual([
      { FunctionName, Principal: '*', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      { FunctionName, Principal: '*', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ]);
  });

  it('stops before GitHub hangs up', () => {
    expect(resource(template, 'AWS::Lambda::Function', 'WebhookFunction').Timeout).toBe(10);
  });
});
