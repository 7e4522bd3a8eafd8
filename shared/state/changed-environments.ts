import type { DynamoDBRecord } from 'aws-lambda';
import { applicationPrefix, environmentKey, pullRequestsKey } from './keys.ts';

const prefixes = [environmentKey(''), pullRequestsKey('')];

/** The environments that a batch of the state table's stream is about, with their records and those of their pull requests, in the stream's order. */
export function changedEnvironments(records: DynamoDBRecord[]): Map<string, DynamoDBRecord[]> {
  const relevant = records.filter(
    (record) => environmentOf(record) !== undefined && record.dynamodb?.Keys?.sk?.S !== 'sequence',
  );
  return Map.groupBy(relevant, (record) => environmentOf(record) ?? '');
}

function environmentOf(record: DynamoDBRecord): string | undefined {
  const partition = partitionOf(record);
  const prefix = prefixes.find((each) => partition.startsWith(each));
  return prefix === undefined ? undefined : partition.slice(prefix.length);
}

const partitionOf = (record: DynamoDBRecord) => record.dynamodb?.Keys?.pk?.S ?? '';

/** The applications whose items a batch is about. */
export function changedApplications(records: readonly DynamoDBRecord[]): Set<string> {
  const sortKeys = records
    .map(({ dynamodb }) => dynamodb?.Keys?.sk?.S ?? '')
    .filter((sk) => sk.startsWith(applicationPrefix));
  return new Set(sortKeys.map((sk) => sk.slice(applicationPrefix.length)));
}
