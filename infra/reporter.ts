import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { environmentKey } from '../shared/state/keys.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { followState } from './follow-state.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { allowSecret } from './secret-access.ts';

/** Follows the state and tells people: commit statuses, and alerts. */
export class Reporter extends Construct {
  constructor(scope: Construct, { deployer, configuration, state, artifacts, alerts }: Foundation) {
    super(scope, 'Reporter');
    const deadLetters = new DeadLetterQueue(this, { alerts, holds: 'changes of state that nobody was told of' });
    const fn = new NodeFunction(this, {
      name: 'reporter',
      description: 'reports the state to people',
      timeout: Duration.minutes(1),
      memorySize: 512,
      alerts,
    });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.report.privateKeySecret, 'the key of the App that reports');
    state.usedBy(fn, ['GetItem', 'Query'], Object.keys(deployer.environments).map(environmentKey));
    artifacts.usedBy(fn, { read: [keys.release('*', '*')] });
    alerts.publishedBy(fn);
    followState(fn, state, { deadLetters, window: Duration.seconds(1) });
  }
}
