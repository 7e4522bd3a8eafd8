import { Aws, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { variables } from '../shared/environment-variables.ts';
import type { NodeFunction } from './node-function.ts';

/** A metric that should stay at or under `threshold`, and what it means when it doesn't. */
export type Limit = { metric: IMetric; threshold: number; description: string };

/** One topic for everything that a person should know: the reporter's alerts and every alarm. */
export class Alerts extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, { emails }: { emails: string[] }) {
    super(scope, 'Alerts');
    // Not encrypted by SNS's AWS-managed key: CloudWatch could not publish to it, since nobody can edit that key's policy.
    this.topic = new Topic(this, 'Topic', { displayName: 'Plumbline', enforceSSL: true });
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
    this.admitAlarms();
  }

  /** An alarm that says `description` as long as the metric is above its limit. */
  whenAbove(scope: Construct, id: string, { metric, threshold, description }: Limit): Alarm {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }

  publishedBy(fn: NodeFunction): void {
    fn.setVariable(variables.alertTopicArn, this.topic.topicArn);
    fn.allow('to tell people', ['sns:Publish'], [this.topic.topicArn]);
  }

  /** The topic's own policy replaces the one that SNS gives by default, which would have let CloudWatch in. */
  private admitAlarms(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:*` },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    );
  }
}

/** How often the queues' metrics are looked at. */
export const alarmPeriod = Duration.minutes(5);
