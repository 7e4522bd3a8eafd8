import { Duration } from 'aws-cdk-lib';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import type { Deployer } from '../shared/config/deployer.ts';
import { variables } from '../shared/environment-variables.ts';
import { applicationPrefix, environmentKey, reportKey, successKey } from '../shared/state/keys.ts';
import type { Alerts } from './alerts.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { followState } from './follow-state.ts';
import type { Foundation } from './foundation.ts';
import { roleNameOf, roles } from './installation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowReconciliations, type ReconciliationQueue } from './reconciliation-queues.ts';
import { createSchedulerRole } from './scheduler-role.ts';
import { watchFollower, watchSchedules, watchTicks } from './watch.ts';

const timeout = Duration.minutes(1);

/** Scheduler's own limit, a day. */
const longestEventAge = 86_400;

export type DispatcherProps = {
  gitChanges: QueueWithDeadLetters;
  imagePushes: QueueWithDeadLetters;
  reports: QueueWithDeadLetters;
  reconciliations: ReconciliationQueue[];
};

/** What others may wait for. Lambda compares only the new item: whether it was healthy before is not known here, and does no harm. */
const becameHealthy = {
  dynamodb: { Keys: { sk: { S: [{ prefix: applicationPrefix }] } }, NewImage: { phase: { S: ['healthy'] } } },
};

/** What may be promoted: what was told of an environment of which a revision was deployed. */
const wasTold = {
  dynamodb: {
    Keys: { pk: { S: [{ prefix: reportKey('') }] } },
    NewImage: { deployed: { M: { revision: { S: [{ exists: true }] } } } },
  },
};

/** The guarantee behind every event: at each tick it starts what was lost, what waits, and what must be looked at again. */
export class Dispatcher extends Construct {
  private readonly ticks: QueueWithDeadLetters;

  constructor(
    scope: Construct,
    foundation: Foundation,
    { gitChanges, imagePushes, reports, reconciliations }: DispatcherProps,
  ) {
    super(scope, 'Dispatcher');
    const { deployer, configuration, state, artifacts, alerts } = foundation;
    this.ticks = new QueueWithDeadLetters(this, 'Ticks', { alerts, holds: 'ticks', timeout });
    const description = 'starts what is due at each tick';
    const roleName = roleNameOf(foundation.installation, roles.dispatcher);
    const fn = new NodeFunction(this, { name: 'dispatcher', description, timeout, memorySize: 512, alerts, roleName });
    configuration.readBy(fn);
    const environments = Object.keys(deployer.environments);
    state.usedBy(fn, ['GetItem', 'Query'], environments.map(environmentKey));
    state.usedBy(fn, ['GetItem'], [...environments.map(reportKey), ...environments.map(successKey)]);
    artifacts.usedBy(fn, { read: [keys.release('*', '*')] });
    gitChanges.filledBy(fn, variables.gitChangesQueueUrl);
    imagePushes.filledBy(fn, variables.imagePushesQueueUrl);
    reports.filledBy(fn, variables.reportsQueueUrl);
    allowReconciliations(fn, reconciliations);
    this.ticks.consumedBy(fn, { batchSize: 10, maxConcurrency: 2 });
    this.ticks.buriedBy(fn);
    const deadLetters = new DeadLetterQueue(this, { alerts, holds: 'applications whose dependants were not started' });
    followState(fn, state, { deadLetters, only: [becameHealthy, wasTold] });
    watchFollower(this, alerts, fn.lambda, 'the dispatcher');
    this.schedule(deployer.schedules, alerts);
  }

  /** One schedule for each kind of tick. A tick that was missed is made good by the next, so Scheduler gives up after one interval. */
  private schedule(schedules: Deployer['schedules'], alerts: Alerts): void {
    const scheduleGroup = new ScheduleGroup(this, 'Schedules');
    // Its rights are complete; the targets would add to them.
    const role = createSchedulerRole(this, scheduleGroup, this.ticks).withoutPolicyUpdates();
    for (const [kind, seconds] of Object.entries(schedules)) {
      const interval = Duration.seconds(seconds);
      const input = ScheduleTargetInput.fromObject({ kind, scheduledAt: ContextAttribute.scheduledTime });
      new Schedule(this, `Every-${kind}`, {
        description: `Plumbline: ${kind}`,
        scheduleGroup,
        schedule: ScheduleExpression.rate(interval),
        target: new SqsSendMessage(this.ticks.queue, {
          input,
          role,
          deadLetterQueue: this.ticks.deadLetters.queue,
          maxEventAge: Duration.seconds(Math.min(seconds, longestEventAge)),
        }),
      });
    }
    watchTicks(this, alerts, this.ticks.queue, schedules);
    watchSchedules(this, alerts, scheduleGroup);
  }
}
