import { describe, expect, it } from 'vitest';
import { lambda, resource, resources, statementsOf, synthesize } from './template.ts';

const template = synthesize();
const queues = resources(template, 'AWS::SQS::Queue');
const working = queues.filter(({ id }) => !id.includes('DeadLetters'));
const dead = queues.filter(({ id }) => id.includes('DeadLetters'));
const policies = resources(template, 'AWS::SQS::QueuePolicy');
const alarms = resources(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties);

/** Queue → its consumer, with what the mapping must say. */
const consumers = {
  SourceGitChangesQueue: { construct: 'Source', batchSize: 10 },
  ImageUpdaterImagePushesQueue: { construct: 'ImageUpdater', batchSize: 10 },
  ReporterReportsQueue: { construct: 'Reporter', batchSize: 10 },
  DispatcherTicksQueue: { construct: 'Dispatcher', batchSize: 10 },
  ReconcilermainReconciliationsQueue: { construct: 'Reconcilermain', batchSize: 1 },
  ReconcilerlabReconciliationsQueue: { construct: 'Reconcilerlab', batchSize: 1 },
};
const timeoutOf = (construct: string) => Number(lambda(template, construct).Timeout);
const queue = (id: string) => resource(template, 'AWS::SQS::Queue', id);
const hasAlarm = (id: string, metric: string) =>
  alarms.some(
    ({ MetricName, Dimensions, AlarmActions }) =>
      MetricName === metric &&
      JSON.stringify(Dimensions).includes(`<${id}.QueueName>`) &&
      JSON.stringify(AlarmActions) === '["<AlertsTopic>"]',
  );

describe('every queue', () => {
  it('is known to this test', () => {
    expect(working.map(({ id }) => id).sort()).toEqual(Object.keys(consumers).sort());
  });

  it.each(queues.map(({ id, properties }) => [id, properties] as const))('%s is encrypted', (_, properties) => {
    expect(properties.SqsManagedSseEnabled).toBe(true);
  });

  it.each(queues.map(({ id }) => id))('%s takes nothing but TLS', (id) => {
    const policy = policies.find(({ properties }) => JSON.stringify(properties.Queues) === JSON.stringify([`<${id}>`]));
    expect(statementsOf(policy?.properties.PolicyDocument)).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it.each(working.map(({ id }) => id))(
    'fault 8: a poison message of %s ends in its dead letters after five tries',
    (id) => {
      const target = `<${id.replace(/Queue$/, 'DeadLettersQueue')}.Arn>`;
      expect(queue(id).RedrivePolicy).toEqual({ deadLetterTargetArn: target, maxReceiveCount: 5 });
    },
  );

  it.each(dead.map(({ id }) => id))('%s is kept for 14 days, with an alarm as long as it is not empty', (id) => {
    expect(queue(id).MessageRetentionPeriod).toBe(14 * 86_400);
    expect(hasAlarm(id, 'ApproximateNumberOfMessagesVisible')).toBe(true);
  });

  it.each(working.map(({ id }) => id))('fault 58: an alarm watches the age of the oldest message of %s', (id) => {
    expect(hasAlarm(id, 'ApproximateAgeOfOldestMessage')).toBe(true);
  });

  it.each(Object.entries(consumers))(
    'fault 55: %s is read in batches whose messages are settled one by one',
    (id, consumer) => {
      const mappings = resources(template, 'AWS::Lambda::EventSourceMapping').filter(
        ({ properties }) => properties.EventSourceArn === `<${id}.Arn>`,
      );
      expect(mappings.map(({ properties }) => properties)).toMatchObject([
        {
          FunctionName: `<${consumer.construct}Function>`,
          BatchSize: consumer.batchSize,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: expect.any(Number) },
        },
      ]);
    },
  );
});

describe('visibility', () => {
  it.each(['SourceGitChangesQueue', 'ImageUpdaterImagePushesQueue', 'DispatcherTicksQueue'] as const)(
    '%s hides a message for six times its consumer’s time-out',
    (id) => {
      expect(queue(id).VisibilityTimeout).toBe(6 * timeoutOf(consumers[id].construct));
    },
  );

  it.each(['ReconcilermainReconciliationsQueue', 'ReconcilerlabReconciliationsQueue'] as const)(
    'fault 56: %s gives a message back half a minute after its consumer must have stopped',
    (id) => {
      expect(queue(id).VisibilityTimeout).toBe(timeoutOf(consumers[id].construct) + 30);
    },
  );
});

describe('reconciliation queues', () => {
  it.each(['main', 'lab'])(
    'cluster %s has its own, in order per application, deduplicated by cause only',
    (cluster) => {
      expect(queue(`Reconciler${cluster}ReconciliationsQueue`)).toMatchObject({
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      });
      expect(queue(`Reconciler${cluster}ReconciliationsDeadLettersQueue`)).toMatchObject({ FifoQueue: true });
    },
  );
});
