import type { DynamoDBRecord } from 'aws-lambda';
import { pullRequestsKey } from './keys.ts';

const isOfPullRequest = ({ dynamodb }: DynamoDBRecord) =>
  dynamodb?.Keys?.pk?.S?.startsWith(pullRequestsKey('')) === true;

/** The pull requests that a batch of an environment's changes is about. Of one that was forgotten there is nothing to tell. */
export function changedPullRequests(records: readonly DynamoDBRecord[]): Set<number> {
  const kept = records.filter((record) => isOfPullRequest(record) && record.eventName !== 'REMOVE');
  return new Set(kept.map(({ dynamodb }) => Number(dynamodb?.Keys?.sk?.S)));
}

/** Whether it is about anything else of the environment. */
export const isOfMore = (records: readonly DynamoDBRecord[]): boolean =>
  records.some((record) => !isOfPullRequest(record));
