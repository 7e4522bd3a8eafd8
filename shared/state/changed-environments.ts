import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import { applicationPrefix, environmentKey, pullRequestsKey, reportKey } from './keys.ts';

const prefixes = [environmentKey(''), pullRequestsKey(''), reportKey('')];

/** The environments that a batch of the state table's stream is about, with their records, those of their pull requests and of what was told of them, in the stream's order. */
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

/** Whether a batch tells that another revision of the environment is healthy. */
export const isNewlyDeployed = (records: readonly DynamoDBRecord[]): boolean =>
  records.some(
    (record) =>
      partitionOf(record).startsWith(reportKey('')) &&
      deployedIn(record.dynamodb?.NewImage) !== deployedIn(record.dynamodb?.OldImage),
  );

const deployedIn = (image: StreamRecord['NewImage']) => image?.deployed?.M?.revision?.S;
