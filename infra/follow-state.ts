import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { NodeFunction } from './node-function.ts';
import type { StateTable } from './state-table.ts';

export type FollowProps = {
  /** Where records are set aside that fail for good. */
  deadLetters: DeadLetterQueue;
  /** How long a batch may be gathered. @default not at all */
  window?: Duration;
  /** Only records that match one of these patterns. @default all */
  only?: Record<string, unknown>[];
};

/**
 * Feeds the state's stream to the function. The actions are Lambda's own, in the function's name. Records that fail are halved until the
 * bad one is alone, and then set aside. A stream takes two such followers and no more, or they throttle each other.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export function followState(fn: NodeFunction, { streamArn }: StateTable, props: FollowProps): void {
  const { queue } = props.deadLetters;
  const polls = 'Lambda reads the stream in its name';
  fn.allow(polls, ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]);
  fn.allow(`${polls}; DynamoDB lists no streams for less`, ['dynamodb:ListStreams'], ['*'], { sid: 'ListStreams' });
  fn.allow('Lambda sets aside, in its name, records that fail for good', ['sqs:SendMessage'], [queue.queueArn]);
  fn.lambda.addEventSourceMapping('State', {
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    ...(props.window && { maxBatchingWindow: props.window }),
    ...(props.only && { filters: props.only.map((pattern) => FilterCriteria.filter(pattern)) }),
    bisectBatchOnError: true,
    retryAttempts: 10,
    maxRecordAge: Duration.hours(12),
    reportBatchItemFailures: true,
    onFailure: { bind: () => ({ destination: queue.queueArn }) },
  });
}
