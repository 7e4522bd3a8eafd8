import { describe, expect, it } from 'vitest';
import type { Saying } from '../../../functions/reporter/statuses.ts';
import { tellCommits } from '../../../functions/reporter/tell-commits.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';

const status = { context: 'plumbline/staging', state: 'success', description: 'done' } as const;
const own: Saying = { repository: 'o/environment', revision: 'a', status };
const courtesy: Saying = { repository: 'o/web', revision: 'b', status, isCourtesy: true };
const log = { info() {}, warn() {}, error() {} };

const tell = (sayings: Saying[], errors: Record<string, Error>) =>
  tellCommits(sayings, {
    log,
    git: {
      async setStatus(repository) {
        const error = errors[repository];
        if (error !== undefined) throw error;
      },
    },
  });
const refused = new RefusedError('there is no such commit');

describe('telling commits', () => {
  it('is whole where there is nothing to say, and says nothing of GitHub', async () => {
    expect(await tell([], {})).toEqual({ said: {}, refusals: undefined, isWhole: true });
  });

  it('goes on behind one that can’t be told now', async () => {
    const told = await tell([own, courtesy], { 'o/environment': new TryAgainError('throttled') });
    expect(told).toMatchObject({ refusals: [], isWhole: false });
    expect(Object.keys(told.said)).toEqual(['o/web@b plumbline/staging']);
  });

  it('counts as said what is refused, and tells why', async () => {
    const told = await tell([own], { 'o/environment': refused });
    expect(told).toMatchObject({ refusals: [{ message: 'there is no such commit' }], isWhole: true });
    expect(Object.keys(told.said)).toEqual(['o/environment@a plumbline/staging']);
  });

  it('makes no fuss about a commit that an image only says it was built from', async () => {
    const told = await tell([own, courtesy], { 'o/web': refused });
    expect(told).toMatchObject({ refusals: [], isWhole: true });
    expect(Object.keys(told.said)).toHaveLength(2);
  });
});
