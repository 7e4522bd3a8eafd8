import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import { judgeService } from '../guard/authorize.ts';
import { arnOf, type World } from '../guard/world.ts';
import type { Queue } from '../template/parts.ts';
import { type Alarm, type AlarmState, evaluate } from './alarm.ts';
import type { Messages } from './messages.ts';
import type { Observations } from './observations.ts';

type CloudWatchPorts = {
  world: World;
  clients: Pick<Clients, 'sns' | 'sqs'>;
  queues: readonly Queue[];
  messages: Messages;
  observations: Observations;
  /** So many times faster than the clock time goes by, for periods and ages. */
  speed: number;
};

/** The template's alarms, looked at as CloudWatch would. */
export type CloudWatch = {
  alarms: readonly Alarm[];
  /** Looks at every queue and every alarm now. One that begins to ring tells its topics. @returns the logical ids of those that ring */
  look(): Promise<string[]>;
  /** As if a function, or a service, had told it. */
  record: Observations['record'];
};

export function createCloudWatch(alarms: readonly Alarm[], ports: CloudWatchPorts): CloudWatch {
  const states = new Map<Alarm, AlarmState>();
  return {
    alarms,
    record: ports.observations.record,
    async look() {
      await Promise.all(ports.queues.map((queue) => sample(queue, ports)));
      for (const alarm of alarms) {
        const previous = states.get(alarm) ?? 'INSUFFICIENT_DATA';
        const state = evaluate(alarm, ports.observations.all(), { now: new Date(), speed: ports.speed, previous });
        if (state === 'ALARM' && previous !== 'ALARM') await ring(alarm, ports);
        states.set(alarm, state);
      }
      return alarms.filter((alarm) => states.get(alarm) === 'ALARM').map(({ logicalId }) => logicalId);
    },
  };
}

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** What went to the dead letters by the queue's own redrive has left it, although nobody has deleted it. */
async function sample(
  { arn, name, url }: Queue,
  { clients, messages, observations, speed }: CloudWatchPorts,
): Promise<void> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...counts] });
  const { Attributes = {} } = await clients.sqs
    .send(command)
    .catch(() => ({ Attributes: {} as Record<string, string> }));
  const [visible = 0, ...others] = counts.map((count) => Number(Attributes[count] ?? 0));
  const all = others.reduce((sum, each) => sum + each, visible);
  const tell = (metric: string, value: number) =>
    observations.record({ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name }, value });
  tell('ApproximateNumberOfMessagesVisible', visible);
  const waiting = messages.waiting(arn);
  const oldest = waiting.slice(Math.max(0, waiting.length - all))[0];
  const age = oldest === undefined ? 0 : (Date.now() - oldest.getTime()) / 1000;
  tell('ApproximateAgeOfOldestMessage', age * speed);
}

/** @throws Error where the topic doesn't let the alarm in: AWS would drop the message without a word */
async function ring(alarm: Alarm, { world, clients }: CloudWatchPorts): Promise<void> {
  for (const topic of alarm.actions) {
    const context = {
      'aws:sourcearn': arnOf(world, 'cloudwatch', `alarm:${alarm.name}`),
      'aws:sourceaccount': world.accountId,
    };
    const decision = judgeService(world, 'cloudwatch.amazonaws.com', {
      action: 'sns:Publish',
      resource: topic,
      context,
    });
    if (!decision.allowed) throw new Error(`the alarm ${alarm.name} may not tell ${topic} ${decision.reason}`);
    const message = { AlarmName: alarm.name, AlarmDescription: alarm.description, NewStateValue: 'ALARM' };
    await clients.sns.send(
      new PublishCommand({
        TopicArn: topic,
        Subject: `ALARM: "${alarm.name}"`.slice(0, 100),
        Message: JSON.stringify(message),
      }),
    );
  }
}
