import { Aws } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { variables } from '../shared/environment-variables.ts';
import { acknowledge } from './acknowledge.ts';
import { Encryption } from './encryption.ts';
import type { NodeFunction } from './node-function.ts';
import { linkTo, type RunbookEntry } from './runbook.ts';

/** A metric that should stay on one side of `threshold`, and what it means when it doesn't. */
export type Limit = {
  metric: IMetric;
  threshold: number;
  description: string;
  /** What docs/runbook.md says to do about it. */
  entry: RunbookEntry;
  /** How many of the metric's periods in a row it takes. @default 1 */
  periods?: number;
  /** What it means that nothing is heard of the metric. @default all is well */
  missing?: TreatMissingData;
};

/** One topic for everything that a person should know: the reporter's alerts and every alarm. */
export class Alerts extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];
  /** Where docs/runbook.md is read. */
  readonly runbook: string;

  constructor(
    scope: Construct,
    { emails, runbook = 'docs/runbook.md' }: Pick<Deployer['alerts'], 'emails' | 'runbook'>,
  ) {
    super(scope, 'Alerts');
    this.runbook = runbook;
    // Not encrypted by SNS's AWS-managed key: CloudWatch could not publish to it, since nobody can edit that key's policy.
    const key = Encryption.keyOf(this);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Plumbline',
      enforceSSL: true,
      ...(key && { masterKey: key }),
    });
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
    acknowledge(this.topic, {
      'Serverless-SNSRedrivePolicy':
        'an alert that SNS could not deliver for six hours is told again by the next reminder; its dead letters would be told of to the same address',
    });
    this.admitAlarms();
  }

  /** An alarm as long as the metric is above its limit. */
  whenAbove(scope: Construct, id: string, limit: Limit): Alarm {
    return this.when(scope, id, ComparisonOperator.GREATER_THAN_THRESHOLD, limit);
  }

  /** An alarm as long as the metric is below its limit. */
  whenBelow(scope: Construct, id: string, limit: Limit): Alarm {
    return this.when(scope, id, ComparisonOperator.LESS_THAN_THRESHOLD, limit);
  }

  /** The same, of a metric that several share: whoever asks for it first gets it for all. */
  onceAbove(id: string, limit: Limit): void {
    if (this.node.tryFindChild(id) === undefined) this.whenAbove(this, id, limit);
  }

  publishedBy(fn: NodeFunction): void {
    fn.setVariable(variables.alertTopicArn, this.topic.topicArn);
    fn.allow('to tell people', ['sns:Publish'], [this.topic.topicArn]);
  }

  private when(scope: Construct, id: string, comparisonOperator: ComparisonOperator, limit: Limit): Alarm {
    const { metric, threshold, description, entry, periods = 1, missing = TreatMissingData.NOT_BREACHING } = limit;
    const alarm = new Alarm(scope, id, {
      metric,
      threshold,
      comparisonOperator,
      evaluationPeriods: periods,
      treatMissingData: missing,
      alarmDescription: `${description}. What to do: ${linkTo(entry, this.runbook)}`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
    return alarm;
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
