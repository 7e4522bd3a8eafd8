import { Duration } from 'aws-cdk-lib';
import { DeduplicationScope, FifoThroughputLimit, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { mostDeliveries } from '../shared/config/deliveries.ts';
import { variables } from '../shared/environment-variables.ts';
import { acknowledge } from './acknowledge.ts';
import type { Alerts } from './alerts.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { queueEncryption } from './encryption.ts';
import { alarmPeriod } from './metrics.ts';
import type { NodeFunction } from './node-function.ts';

export type QueueProps = {
  alerts: Alerts;
  /** What its messages are, for the alarms' texts. */
  holds: string;
  /** The consumer's time-out: a message is out of sight for 6 times as long (FIFO: half a minute longer). */
  timeout: Duration;
  /** @default false */
  fifo?: boolean;
  /** Where another account must know it. @default a name that CloudFormation makes */
  queueName?: string;
};

export type Consumption = {
  /** Messages in one invocation, at most. */
  batchSize: number;
  /** Invocations at once, at least 2. Reserved concurrency would let the poller run into throttling and burn tries. */
  maxConcurrency: number;
};

/** How much later than after one failed try a message may be done before somebody is told. Of a burst it is a quarter of an hour's work. */
const patience = Duration.minutes(15);

/** A queue with its dead letters, an alarm on each, and its one consumer. */
export class QueueWithDeadLetters extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;
  private readonly holds: string;

  constructor(scope: Construct, id: string, { alerts, holds, timeout, fifo = false, queueName }: QueueProps) {
    super(scope, id);
    this.holds = holds;
    this.deadLetters = new DeadLetterQueue(this, { alerts, holds, fifo });
    const visibilityTimeout = fifo ? timeout.plus(Duration.seconds(30)) : Duration.seconds(timeout.toSeconds() * 6);
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout,
      // A delivery may be lost to throttling, not only to the message's own fault: fewer would bury good messages.
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: mostDeliveries },
      ...queueEncryption(this),
      enforceSSL: true,
      ...(fifo && fifoProps),
      ...(queueName && { queueName }),
    });
    const tolerableAge = visibilityTimeout.plus(patience);
    alerts.whenAbove(this, 'OldestMessage', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: alarmPeriod }),
      threshold: tolerableAge.toSeconds(),
      description: `${holds} have waited for more than ${tolerableAge.toHumanString()}`,
      entry: 'oldestMessage',
    });
  }

  /** Lets the function send to this queue, known to it by `variable`. */
  filledBy(fn: NodeFunction, variable: string): void {
    fn.setVariable(variable, this.queue.queueUrl);
    this.allowSending(fn);
  }

  allowSending(fn: NodeFunction): void {
    fn.allow(`to ask for ${this.holds}`, ['sqs:SendMessage'], [this.queue.queueArn]);
  }

  /** Feeds the queue to the function, whose answer settles each message by itself. The three actions are Lambda's, in the function's name. */
  consumedBy(fn: NodeFunction, { batchSize, maxConcurrency }: Consumption): void {
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    fn.allow('Lambda polls its queue in its name', actions, [this.queue.queueArn]);
    const mapping = fn.lambda.addEventSourceMapping('Messages', {
      eventSourceArn: this.queue.queueArn,
      batchSize,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        "only streams take a destination; what fails of a queue ends in the queue's own dead letters",
    });
  }

  /** Lets the consumer put a message that can never succeed straight to the dead letters, with the reason. */
  buriedBy(fn: NodeFunction): void {
    fn.setVariable(variables.deadLetterQueueUrl, this.deadLetters.queue.queueUrl);
    fn.allow('to bury what can never succeed, with the reason', ['sqs:SendMessage'], [this.deadLetters.queue.queueArn]);
  }
}

/** Deduplication by what caused a message, never by its content, or a quick rollback (A → B → A) would be swallowed; limits count per group. */
const fifoProps = {
  fifo: true,
  contentBasedDeduplication: false,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
};
