import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { environmentKey, reportKey } from '../shared/state/keys.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { followState } from './follow-state.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowSecret } from './secret-access.ts';
import { watchFollower } from './watch.ts';

const timeout = Duration.minutes(1);

/** What was told has a partition of its own, of which nobody need hear. */
const ofEnvironments = { dynamodb: { Keys: { pk: { S: [{ prefix: environmentKey('') }] } } } };

/** Follows the state and tells people: commit statuses, and alerts. What it could not tell, and reminders, come by a queue. */
export class Reporter extends Construct {
  readonly reports: QueueWithDeadLetters;

  constructor(scope: Construct, { deployer, configuration, state, artifacts, alerts }: Foundation) {
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
    state.usedBy(fn, ['GetItem', 'PutItem'], environments.map(reportKey));
    artifacts.usedBy(fn, { read: [keys.release('*', '*'), keys.plan('*', '*', '*')] });
    alerts.publishedBy(fn);
    followState(fn, state, { deadLetters, window: Duration.seconds(1), only: [ofEnvironments] });
    watchFollower(this, alerts, fn.lambda, 'the reporter');
    this.reports.consumedBy(fn, { batchSize: 10, maxConcurrency: 2 });
    this.reports.buriedBy(fn);
  }
}
