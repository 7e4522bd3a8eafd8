import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { processChanges } from '../../../shared/lambda/stream-batch.ts';
import { changedApplications } from '../../../shared/state/changed-environments.ts';

const record = (number: string, pk: string, sk = 'application#web'): DynamoDBRecord => ({
  dynamodb: { SequenceNumber: number, Keys: { pk: { S: pk }, sk: { S: sk } } },
});
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function handled(Records: DynamoDBRecord[], failing: string[] = []) {
  const seen: Record<string, number> = {};
  const answer = await processChanges(
    { Records },
    {
      environments: { staging: {}, production: {} },
      log,
      measure: () => undefined,
      async handle(environment, records) {
        seen[environment] = records.length;
        if (failing.includes(environment)) throw new Error('no');
      },
    },
  );
  return { seen, failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

describe('a batch of the state’s stream', () => {
  it('is handled environment by environment, and clusters, counters and unknown environments are passed over', async () => {
    const records = [
      record('1', 'environment#staging'),
      record('2', 'environment#production'),
      record('3', 'environment#staging', 'desired'),
      record('4', 'environment#staging', 'sequence'),
      record('5', 'cluster#main', 'address'),
      record('6', 'environment#gone'),
    ];
    expect(await handled(records)).toEqual({ seen: { staging: 2, production: 1 }, failed: [] });
  });

  it('fault 55: goes on from the first record that failed, after every other environment was handled', async () => {
    const records = ['environment#production', 'environment#staging', 'environment#production'].map((pk, index) =>
      record(String(index + 1), pk),
    );
    expect(await handled(records, ['staging'])).toEqual({ seen: { production: 2, staging: 1 }, failed: ['2'] });
  });

  it('names the applications that changed', () => {
    const records = [record('1', 'environment#staging'), record('2', 'environment#staging', 'desired')];
    expect([...changedApplications(records)]).toEqual(['web']);
  });
});
