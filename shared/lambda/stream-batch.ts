import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { failureKindOf } from '../failure-kind.ts';
import { changedEnvironments } from '../state/changed-environments.ts';
import type { Measure } from './metrics.ts';
import type { Log } from './sqs-batch.ts';

type Batch = {
  /** Records of others are passed over: of an environment that `deployer.yaml` no longer has, for instance. */
  environments: Record<string, unknown>;
  log: Log;
  measure: Measure;
  handle(environment: string, records: DynamoDBRecord[]): Promise<void>;
};

/**
 * Handles a batch of the state table's stream, each environment by itself: one that fails keeps no other back. The stream then goes on
 * from the first record that failed, so others may be handled twice.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function processChanges({ Records }: DynamoDBStreamEvent, batch: Batch): Promise<DynamoDBBatchResponse> {
  const failed = new Set<string>();
  for (const [environment, records] of changedEnvironments(Records)) {
    if (!Object.hasOwn(batch.environments, environment)) continue;
    try {
      await batch.handle(environment, records);
    } catch (error) {
      batch.log.error('changes of an environment could not be handled', { environment, error });
      batch.measure({
        values: { Failures: 1 },
        dimensions: { kind: failureKindOf(error) },
        details: { environment },
      });
      for (const record of records) failed.add(numberOf(record));
    }
  }
  const first = Records.map(numberOf).find((number) => failed.has(number));
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
}

const numberOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.SequenceNumber ?? '';

/** For a function that is called with the stream and with a queue. */
export const isOfStream = (event: SQSEvent | DynamoDBStreamEvent): event is DynamoDBStreamEvent =>
  event.Records.some((record) => 'dynamodb' in record);
