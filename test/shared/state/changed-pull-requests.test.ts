import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { changedEnvironments } from '../../../shared/state/changed-environments.ts';
import { changedPullRequests, isOfMore } from '../../../shared/state/changed-pull-requests.ts';
import { pullRequestKey } from '../../../shared/state/pull-request.ts';

const record = ({ pk, sk }: { pk: string; sk: string }, eventName: DynamoDBRecord['eventName'] = 'MODIFY') =>
  ({ eventName, dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } }) satisfies DynamoDBRecord;

describe('what a batch of the stream is about', () => {
  const attempt = record({ pk: 'environment#staging', sk: 'attempt' });
  const seven = record(pullRequestKey('staging', 7));

  it('is an environment, also where only one of its pull requests has changed', () => {
    const records = [
      attempt,
      seven,
      record({ pk: 'environment#staging', sk: 'sequence' }),
      record({ pk: 'cluster#a', sk: 'apis' }),
    ];
    expect(changedEnvironments(records)).toEqual(new Map([['staging', [attempt, seven]]]));
    expect(changedEnvironments([record(pullRequestKey('production', 1))]).has('production')).toBe(true);
  });

  it('tells each pull request once, and none that was forgotten', () => {
    const records = [seven, attempt, seven, record(pullRequestKey('staging', 70), 'REMOVE')];
    expect(changedPullRequests(records)).toEqual(new Set([7]));
  });

  it('tells whether there is more to tell of the environment', () => {
    expect(isOfMore([seven])).toBe(false);
    expect(isOfMore([seven, attempt])).toBe(true);
  });
});
