import { Duration } from 'aws-cdk-lib';
import { Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { githubService } from '../shared/metrics.ts';
import type { Alerts } from './alerts.ts';
import type { Foundation } from './foundation.ts';
import { alarmPeriod, ownMetric } from './metrics.ts';

type Schedules = Deployer['schedules'];

const anHour = Duration.hours(1);
const aDay = Duration.days(1);

/** Alarms on what belongs to no single resource: the environments, and GitHub's limits. */
export class Watch extends Construct {
  constructor(scope: Construct, { deployer, alerts }: Foundation) {
    super(scope, 'Watch');
    for (const environment of Object.keys(deployer.environments))
      watchEnvironment(this, alerts, environment, deployer.schedules);
    this.watchGitHub(alerts);
  }

  /**
   * The writes of all Apps together: with one App for all they have one limit, and with three the alarm only comes early. 400 leaves the time of
   * some pushes to do something about it.
   */
  private watchGitHub(alerts: Alerts): void {
    alerts.whenAbove(this, 'GitHubWrites', {
      metric: ownMetric('GitHubWrites', githubService, { statistic: 'Sum', period: anHour }),
      threshold: 400,
      description: 'more than 400 writes to GitHub in an hour, of the 500 that it allows',
      entry: 'githubWrites',
    });
    alerts.whenAbove(this, 'GitHubRequests', {
      metric: ownMetric('GitHubLimitUsed', githubService, { statistic: 'Maximum' }),
      threshold: 80,
      description: "more than 80 % of the hour's requests to GitHub are used up",
      entry: 'githubRequests',
    });
  }
}

/**
 * The lowest age of a while: a single high one is also told just before an environment that was suspended is looked at again. That nothing is
 * told of it is another alarm's matter (no ticks).
 */
function watchEnvironment(scope: Construct, alerts: Alerts, environment: string, { drift, retry }: Schedules): void {
  const dimensions = { environment };
  const period = severalOf(retry);
  alerts.whenAbove(scope, `NoSuccess-${environment}`, {
    metric: ownMetric('SecondsSinceSuccess', 'dispatcher', { statistic: 'Minimum', period, dimensions }),
    threshold: 2 * drift,
    description: `nothing in the environment ${environment} was applied or checked with success for two intervals (${2 * drift} s)`,
    entry: 'noSuccess',
    missing: TreatMissingData.IGNORE,
  });
}

/** Two ticks at least, so that one that is late is no silence. */
const severalOf = (seconds: number) => periodOf(alarmPeriod, 2 * seconds);

/** CloudWatch looks at no more than a day. */
const periodOf = (least: Duration, seconds: number) =>
  Duration.seconds(Math.min(aDay.toSeconds(), Math.max(least.toSeconds(), seconds)));

/** Ticks are the guarantee behind every event, so their silence is alarming: whatever it was that broke. */
export function watchTicks(scope: Construct, alerts: Alerts, ticks: IQueue, schedules: Schedules): void {
  const shortest = Math.min(...Object.values(schedules));
  const period = severalOf(shortest);
  alerts.whenBelow(scope, 'NoTicks', {
    metric: ticks.metricNumberOfMessagesSent({ statistic: 'Sum', period }),
    threshold: 1,
    description: `no tick has come for ${period.toHumanString()}`,
    entry: 'noTicks',
    missing: TreatMissingData.BREACHING,
  });
}

/** A try that failed is made again, by Scheduler and by the next tick: it takes a quarter of an hour of them to matter. */
export function watchSchedules(scope: Construct, alerts: Alerts, group: IScheduleGroup): void {
  alerts.whenAbove(scope, 'ScheduleErrors', {
    metric: group.metricTargetErrors({ statistic: 'Sum', period: alarmPeriod }),
    threshold: 0,
    periods: 3,
    description: 'schedules could not send their ticks, for a quarter of an hour',
    entry: 'scheduleErrors',
  });
  alerts.whenAbove(scope, 'ScheduleDeadLetters', {
    metric: group.metricFailedToBeSentToDLQ(undefined, { statistic: 'Sum', period: alarmPeriod }),
    threshold: 0,
    description: 'ticks that could not be sent could not be set aside either',
    entry: 'scheduleErrors',
  });
}

/** @param bus where the rule is on one of our own. @default the account's */
export function watchRule(scope: Construct, alerts: Alerts, { ruleName }: Rule, bus?: IEventBus): void {
  alerts.whenAbove(scope, 'RuleFailures', {
    metric: new Metric({
      namespace: 'AWS/Events',
      metricName: 'FailedInvocations',
      dimensionsMap: { RuleName: ruleName, ...(bus && { EventBusName: bus.eventBusName }) },
      statistic: 'Sum',
      period: alarmPeriod,
    }),
    threshold: 0,
    description: 'events of the registry could not be brought to their queue',
    entry: 'ruleFailures',
  });
}

const tolerableLag = Duration.minutes(15);

/** How far behind the state's stream a follower is. */
export function watchFollower(scope: Construct, alerts: Alerts, fn: IFunction, name: string): void {
  alerts.whenAbove(scope, 'IteratorAge', {
    metric: fn.metric('IteratorAge', { statistic: 'Maximum', period: alarmPeriod }),
    threshold: tolerableLag.toMilliseconds(),
    description: `${name} is more than ${tolerableLag.toHumanString()} behind the changes of state`,
    entry: 'iteratorAge',
  });
}

/** Every refusal of what calls itself GitHub's counts: GitHub is never refused while all is well. */
export function watchDeliveries(scope: Construct, alerts: Alerts): void {
  alerts.whenAbove(scope, 'Rejected', {
    metric: ownMetric('RejectedWebhooks', 'webhook', { statistic: 'Sum' }),
    threshold: 0,
    description: 'webhooks that call themselves deliveries of GitHub were rejected',
    entry: 'rejectedWebhooks',
  });
}

/** The third time within a few looks: somebody, or a controller, wants something else than Git. */
export function watchDrift(alerts: Alerts, { drift }: Schedules): void {
  const period = periodOf(anHour, 3 * drift);
  alerts.onceAbove('RepeatedDrift', {
    metric: ownMetric('RepeatedDrift', 'reconciler', { statistic: 'Sum', period }),
    threshold: 1,
    description: 'what was put back differs again and again',
    entry: 'repeatedDrift',
  });
}
