import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alerts } from './alerts.ts';
import { queueEncryption } from './encryption.ts';
import { alarmPeriod } from './metrics.ts';

export type DeadLetterQueueProps = {
  alerts: Alerts;
  /** What lands here, for the alarm's text. */
  holds: string;
  /** A FIFO queue's dead letters need a FIFO queue. @default false */
  fifo?: boolean;
};

/** Where work ends that failed for good: kept for 14 days, and an alarm as long as it isn't empty. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, { alerts, holds, fifo = false }: DeadLetterQueueProps) {
    super(scope, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      ...(fifo && { fifo: true }),
      retentionPeriod: Duration.days(14),
      ...queueEncryption(this),
      enforceSSL: true,
    });
    const isLast = 'it holds dead letters itself, and an alarm tells of the first one';
    acknowledge(this.queue, { 'AwsSolutions-SQS3': isLast, 'Serverless-SQSRedrivePolicy': isLast });
    alerts.whenAbove(this, 'NotEmpty', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: alarmPeriod }),
      threshold: 0,
      description: `dead letters: ${holds}; the attribute "reason", where there is one, says why`,
      entry: 'deadLetters',
    });
  }
}
