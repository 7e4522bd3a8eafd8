import type { DynamoDBRecord } from 'aws-lambda';
import { applicationPrefix, environmentKey } from './keys.ts';

const prefix = environmentKey('');

/** The environments that a batch of the state table's stream is about, with their records, in the stream's order. */
export function changedEnvironments(records: DynamoDBRecord[]): Map<string, DynamoDBRecord[]> {
  const relevant = records.filter(
    (record) => partitionOf(record).startsWith(prefix) && record.dynamodb?.Keys?.sk?.S !== 'sequence',
  );
  return Map.groupBy(relevant, (record) => partitionOf(record).slice(prefix.length));
}

const partitionOf = (record: DynamoDBRecord) => record.dynamodb?.Keys?.pk?.S ?? '';

/** The applications whose items a batch is about. */
export function changedApplications(records: readonly DynamoDBRecord[]): Set<string> {
  const sortKeys = records
    .map(({ dynamodb }) => dynamodb?.Keys?.sk?.S ?? '')
    .filter((sk) => sk.startsWith(applicationPrefix));
  return new Set(sortKeys.map((sk) => sk.slice(applicationPrefix.length)));
}
