import { Duration } from 'aws-cdk-lib';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { environmentKey } from '../shared/state/keys.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { allowSecret } from './secret-access.ts';
import type { StateTable } from './state-table.ts';

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
    allowSecret(fn, deployer.github.apps.report.privateKeySecret);
    state.usedBy(fn, ['GetItem', 'Query'], Object.keys(deployer.environments).map(environmentKey));
    artifacts.usedBy(fn, { read: [keys.release('*', '*')] });
    alerts.publishedBy(fn);
    follow(fn, state, deadLetters);
  }
}

/** The actions are Lambda's own, in the function's name. Records that fail are halved until the bad one is alone, and then set aside. */
function follow(fn: NodeFunction, { streamArn, table }: StateTable, { queue }: DeadLetterQueue): void {
  fn.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]);
  fn.allow(['dynamodb:ListStreams'], [`${table.tableArn}/stream/*`]);
  fn.allow(['sqs:SendMessage'], [queue.queueArn]);
  fn.lambda.addEventSourceMapping('State', {
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(1),
    bisectBatchOnError: true,
    retryAttempts: 10,
    maxRecordAge: Duration.hours(12),
    reportBatchItemFailures: true,
    onFailure: { bind: () => ({ destination: queue.queueArn }) },
  });
}
