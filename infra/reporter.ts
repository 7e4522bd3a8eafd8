import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import type { Receiver } from '../shared/config/receivers.ts';
import { severities } from '../shared/config/receivers.ts';
import { variables } from '../shared/environment-variables.ts';
import { eventSource, eventType } from '../shared/notices/event.ts';
import { budgetKey, environmentKey, pullRequestsKey, reportKey } from '../shared/state/keys.ts';
import type { Alerts } from './alerts.ts';
import type { ClusterReconciler } from './cluster-reconciler.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { followState } from './follow-state.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowSecret } from './secret-access.ts';
import { watchFollower } from './watch.ts';

const timeout = Duration.minutes(1);

/** What was told has a partition of its own, of which nobody need hear. */
const ofEnvironments = {
  dynamodb: { Keys: { pk: { S: [{ prefix: environmentKey('') }, { prefix: pullRequestsKey('') }] } } },
};

/** Follows the state and tells people: commit statuses, and alerts. What it could not tell, and reminders, come by a queue. */
export class Reporter extends Construct {
  readonly reports: QueueWithDeadLetters;

  constructor(
    scope: Construct,
    { deployer, configuration, state, artifacts, alerts }: Foundation,
    { reconcilers }: { reconcilers: ClusterReconciler[] },
  ) {
    super(scope, 'Reporter');
    this.reports = new QueueWithDeadLetters(this, 'Reports', { alerts, holds: 'what is to be told', timeout });
    const deadLetters = new DeadLetterQueue(this, { alerts, holds: 'changes of state that nobody was told of' });
    const fn = new NodeFunction(this, {
      name: 'reporter',
      description: 'reports the state to people',
      timeout,
      memorySize: 512,
      alerts,
    });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.report.privateKeySecret, 'the key of the App that reports');
    const environments = Object.keys(deployer.environments);
    state.usedBy(fn, ['GetItem', 'Query'], environments.map(environmentKey));
    state.usedBy(fn, ['GetItem'], environments.map(pullRequestsKey));
    state.usedBy(fn, ['GetItem', 'PutItem'], environments.map(reportKey));
    // Repositories of applications may be listed by a pattern, so nobody knows whose they are.
    state.usedBy(fn, ['GetItem', 'PutItem'], [budgetKey('*')]);
    artifacts.usedBy(fn, { read: [keys.release('*', '*'), keys.plan('*', '*', '*')] });
    alerts.publishedBy(fn);
    allowEvents(fn);
    fn.setVariable(variables.logPages, Stack.of(this).toJsonString(logPages(reconcilers)));
    for (const receiver of deployer.alerts.receivers) tell(receiver, fn, alerts);
    followState(fn, state, { deadLetters, window: Duration.seconds(1), only: [ofEnvironments] });
    watchFollower(this, alerts, fn.lambda, 'the reporter');
    this.reports.consumedBy(fn, { batchSize: 10, maxConcurrency: 2 });
    this.reports.buriedBy(fn);
  }
}

/** The account's default bus, and no event that isn't Plumbline's. */
function allowEvents(fn: NodeFunction): void {
  const bus = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`;
  // Both keys may have several values, one for each event; without a set operator IAM doesn't promise to compare them all.
  const conditions = { 'ForAllValues:StringEquals': { 'events:source': eventSource, 'events:detail-type': eventType } };
  fn.allow('to tell whatever else people build', ['events:PutEvents'], [bus], { conditions });
}

/** Who is written to by e-mail subscribes to the topic; for the others the reporter needs what is secret about them. */
function tell(receiver: Receiver, fn: NodeFunction, { topic }: Alerts): void {
  if ('email' in receiver)
    topic.addSubscription(new EmailSubscription(receiver.email, { filterPolicy: policyOf(receiver) }));
  else if ('slack' in receiver) allowSecret(fn, receiver.slack, 'to write to Slack');
  else allowSecret(fn, receiver.webhook, 'where to post notices, and the key to sign them with');
}

function policyOf({ severity, environments }: Receiver): Record<string, SubscriptionFilter> {
  const allowlist = (values: readonly string[]) => SubscriptionFilter.stringFilter({ allowlist: [...values] });
  return {
    severity: allowlist(severities.slice(0, severities.indexOf(severity) + 1)),
    ...(environments && { environment: allowlist(environments) }),
  };
}

/** Where people read why a reconciliation went as it did. Only of clusters in this account: another's console is another's. */
const logPages = (reconcilers: ClusterReconciler[]): Record<string, string> =>
  Object.fromEntries(reconcilers.map(({ key, log }) => [key, pageOf(log)]));

const pageOf = (log: string) =>
  `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#logsV2:log-groups/log-group/${log}`;
