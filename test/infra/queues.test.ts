import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { deployerText, many, type Resource, resource, resources, statementsOf, synthesize } from './template.ts';

/*
 * What every queue must have, asked of all queues that the template has: a new one that lacks something fails here by itself.
 */

const template = synthesize();
const queues = resources(template, 'AWS::SQS::Queue');
const mappings = resources(template, 'AWS::Lambda::EventSourceMapping');
const schedules = resources(template, 'AWS::Scheduler::Schedule');
const rules = resources(template, 'AWS::Events::Rule');
const alarms = resources(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);
const arnOf = ({ id }: Resource) => `<${id}.Arn>`;
const isFifo = ({ properties }: Resource) => properties.FifoQueue === true;

/** Whatever has a property `Arn`, `deadLetterTargetArn` or `Destination`. */
type Pointer = { Arn?: string; deadLetterTargetArn?: string; maxReceiveCount?: number; Destination?: string };

const redriveOf = ({ properties }: Resource) => properties.RedrivePolicy as Pointer | undefined;
const ruleTargets = rules.flatMap(({ id, properties }) =>
  (properties.Targets as { Arn: string; DeadLetterConfig?: Pointer }[]).map((target) => ({ id, ...target })),
);
/** Of `rate(5 minutes)`, in seconds. */
const intervalOf = (expression: string) => {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return Number(value) * ({ minute: 60, hour: 3600, day: 86_400 }[unit ?? ''] ?? Number.NaN);
};
const scheduleTargets = schedules.map(({ id, properties }) => ({
  id,
  interval: intervalOf(String(properties.ScheduleExpression)),
  ...(properties.Target as { Arn: string; DeadLetterConfig?: Pointer; RetryPolicy?: object }),
}));
const streams = mappings.filter(({ properties }) => String(properties.EventSourceArn).endsWith('StreamArn>'));
const onFailure = ({ properties }: Resource) => (properties.DestinationConfig as { OnFailure?: Pointer })?.OnFailure;

/** Where others give up. */
const deadLetterArns = new Set([
  ...queues.map((queue) => redriveOf(queue)?.deadLetterTargetArn),
  ...[...ruleTargets, ...scheduleTargets].map(({ DeadLetterConfig }) => DeadLetterConfig?.Arn),
  ...streams.map((mapping) => onFailure(mapping)?.Destination),
]);
const dead = queues.filter((queue) => deadLetterArns.has(arnOf(queue)));
const working = queues.filter((queue) => !deadLetterArns.has(arnOf(queue)));
const byId = (list: Resource[]) => list.map((one) => [one.id, one] as const);

const hasAlarm = ({ id }: Resource, metric: string) =>
  alarms.some(
    ({ MetricName, Dimensions, AlarmActions }) =>
      MetricName === metric &&
      JSON.stringify(Dimensions).includes(`<${id}.QueueName>`) &&
      JSON.stringify(AlarmActions).includes('"<AlertsTopic>"'),
  );

/** The one mapping that reads the queue, and the function that it feeds. */
function consumerOf(queue: Resource) {
  const [mapping, ...others] = mappings.filter(({ properties }) => properties.EventSourceArn === arnOf(queue));
  if (mapping === undefined || others.length > 0) throw new Error(`${queue.id} has ${others.length + 1} consumers`);
  const name = String(mapping.properties.FunctionName).replace(/^<|>$/g, '');
  return { mapping: mapping.properties, lambda: resource(template, 'AWS::Lambda::Function', name) };
}

it('the template has queues that work and queues for dead letters', () => {
  expect(working.length).toBeGreaterThanOrEqual(5);
  expect(dead.length).toBeGreaterThanOrEqual(working.length);
});

describe.each(byId(queues))('%s', (_id, queue) => {
  it('is encrypted', () => {
    expect(queue.properties.SqsManagedSseEnabled).toBe(true);
  });

  it('takes nothing but TLS', () => {
    const policies = resources(template, 'AWS::SQS::QueuePolicy').filter(({ properties }) =>
      many(properties.Queues as string[]).includes(`<${queue.id}>`),
    );
    expect(policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument))).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:*',
      Resource: arnOf(queue),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  it('belongs to nobody but Plumbline: no statement lets in whom no condition names', () => {
    const policies = resources(template, 'AWS::SQS::QueuePolicy').filter(({ properties }) =>
      many(properties.Queues as string[]).includes(`<${queue.id}>`),
    );
    const open = policies
      .flatMap(({ properties }) => statementsOf(properties.PolicyDocument))
      .filter(({ Effect, Condition }) => Effect === 'Allow' && Condition === undefined);
    expect(open).toEqual([]);
  });
});

describe.each(byId(working))('%s', (_id, queue) => {
  it('fault 8: sends a poison message to dead letters of its own kind after five tries or more', () => {
    const redrive = redriveOf(queue);
    const target = dead.find((candidate) => arnOf(candidate) === redrive?.deadLetterTargetArn);
    expect(redrive?.maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(target && isFifo(target)).toBe(isFifo(queue));
  });

  it('fault 58: is watched for its oldest message', () => {
    expect(hasAlarm(queue, 'ApproximateAgeOfOldestMessage')).toBe(true);
  });

  it('fault 55: has one consumer, which settles each message of a batch by itself', () => {
    expect(consumerOf(queue).mapping).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
  });

  it('is held back by a maximum of concurrency, never by a reservation, which the poller would run into', () => {
    const { mapping, lambda } = consumerOf(queue);
    const { MaximumConcurrency } = mapping.ScalingConfig as { MaximumConcurrency: number };
    expect(MaximumConcurrency).toBeGreaterThanOrEqual(2);
    expect(lambda.ReservedConcurrentExecutions).toBeUndefined();
  });

  const timeout = () => Number(consumerOf(queue).lambda.Timeout);
  if (isFifo(queue))
    it('fault 56: gives one message at a time, and gives it back half a minute after its consumer must have stopped', () => {
      expect(consumerOf(queue).mapping.BatchSize).toBe(1);
      expect(queue.properties.VisibilityTimeout).toBe(timeout() + 30);
    });
  else
    it('hides a message for at least six times its consumer’s time-out, and the time in which a batch is gathered', () => {
      const window = Number(consumerOf(queue).mapping.MaximumBatchingWindowInSeconds ?? 0);
      expect(Number(queue.properties.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout() + window);
    });

  if (isFifo(queue))
    it('keeps order per application, and deduplicates by cause only', () => {
      expect(queue.properties).toMatchObject({
        ContentBasedDeduplication: false,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
    });
});

describe.each(byId(dead))('%s', (_id, queue) => {
  it('is kept for 14 days, with an alarm as long as it is not empty', () => {
    expect(queue.properties.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(hasAlarm(queue, 'ApproximateNumberOfMessagesVisible')).toBe(true);
  });

  it('gives nothing on: nobody reads it but people, and it has no dead letters of its own', () => {
    expect(redriveOf(queue)).toBeUndefined();
    expect(mappings.filter(({ properties }) => properties.EventSourceArn === arnOf(queue))).toEqual([]);
  });
});

describe('whoever sends in the name of AWS', () => {
  const standard = new Set(dead.filter((queue) => !isFifo(queue)).map(arnOf));

  it.each(ruleTargets.map((target) => [target.id, target] as const))(
    'the rule %s has standard dead letters for what EventBridge gives up after a day',
    (_id, { DeadLetterConfig }) => expect(standard).toContain(DeadLetterConfig?.Arn),
  );

  it.each(scheduleTargets.map((target) => [target.id, target] as const))(
    'fault 10: the schedule %s retries for no longer than its interval, and has standard dead letters',
    (_id, { DeadLetterConfig, RetryPolicy, interval }) => {
      expect(standard).toContain(DeadLetterConfig?.Arn);
      expect(RetryPolicy).toMatchObject({ MaximumEventAgeInSeconds: interval });
    },
  );

  it.each(streams.map((mapping) => [mapping.id, mapping] as const))(
    'the follower %s of the stream retries, bisects, and sets aside what fails for good',
    (_id, mapping) => {
      expect(mapping.properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      expect(mapping.properties.MaximumRetryAttempts).toBeGreaterThanOrEqual(5);
      expect(standard).toContain(onFailure(mapping)?.Destination);
    },
  );

  it('every mapping is of a queue or of the stream that is looked at here', () => {
    expect(streams.length + working.length).toBe(mappings.length);
    expect(schedules.length).toBeGreaterThan(0);
    expect(ruleTargets.length).toBeGreaterThan(0);
  });
});

describe('the reconciliations', () => {
  const concurrencies = (of: Template) =>
    Object.fromEntries(
      resources(of, 'AWS::Lambda::EventSourceMapping')
        .filter(({ properties }) => String(properties.EventSourceArn).includes('Reconciliations'))
        .map(({ properties }) => [
          properties.EventSourceArn,
          (properties.ScalingConfig as { MaximumConcurrency: number }).MaximumConcurrency,
        ]),
    );
  const queueOf = (cluster: string) => `<Reconciler${cluster}ReconciliationsQueue.Arn>`;

  it('of each cluster have a queue of their own, ten at once', () => {
    expect(concurrencies(template)).toEqual({ [queueOf('main')]: 10, [queueOf('lab')]: 10 });
  });

  it('of one cluster can be more at once than another’s', () => {
    const text = deployerText.replace('    securityGroup: sg-2\n', '    securityGroup: sg-2\n    maxConcurrency: 40\n');
    expect(concurrencies(synthesize(text))).toEqual({ [queueOf('main')]: 10, [queueOf('lab')]: 40 });
  });
});
