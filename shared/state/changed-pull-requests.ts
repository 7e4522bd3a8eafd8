import type { DynamoDBRecord } from 'aws-lambda';
import { pullRequestOf } from './pull-request.ts';

const numberIn = ({ dynamodb }: DynamoDBRecord) => pullRequestOf(dynamodb?.Keys?.sk?.S ?? '');

/** The pull requests that a batch of an environment's changes is about. Of one that was forgotten there is nothing to tell. */
export function changedPullRequests(records: readonly DynamoDBRecord[]): Set<number> {
  const kept = records.filter(({ eventName }) => eventName !== 'REMOVE');
  return new Set(kept.map(numberIn).filter((number) => number !== undefined));
}

/** Whether it is about anything else of the environment. */
export const isOfMore = (records: readonly DynamoDBRecord[]): boolean =>
  records.some((record) => numberIn(record) === undefined);
