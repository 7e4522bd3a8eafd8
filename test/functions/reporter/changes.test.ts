import { describe, expect, it } from 'vitest';
import { decideChanges } from '../../../functions/reporter/changes.ts';
import type { Standing } from '../../../functions/reporter/standing.ts';
import { anApplicationState } from '../../support/examples.ts';

const standing = (state: Standing['whole']['state']): Standing => ({
  whole: { state, summary: '', problems: [] },
  problems: [],
  isCurrent: true,
  applications: new Map(),
});
const difference = { object: 'Deployment staging/web', field: 'spec.replicas', message: '2 → 5', corrected: false };
const web = (...differences: (typeof difference)[]) => [anApplicationState({ drift: { at: 'now', differences } })];
const nothing = { drifted: {}, deployed: undefined };
const now = new Date('2026-01-02T03:04:05.000Z');

describe('what is told although nothing is broken', () => {
  it('is what was changed by hand, once for each change, put back or not', () => {
    const first = decideChanges(standing('pending'), { applications: web(difference), revision: 'a', now }, nothing);
    expect(first.news).toMatchObject([{ kind: 'drifted', what: 'web', problems: [{ field: 'spec.replicas' }] }]);
    const corrected = web({ ...difference, corrected: true });
    expect(
      decideChanges(standing('pending'), { applications: corrected, revision: 'a', now }, first.told).news,
    ).toEqual([]);
    const another = web({ ...difference, message: '2 → 7' });
    expect(
      decideChanges(standing('pending'), { applications: another, revision: 'a', now }, first.told).news,
    ).toHaveLength(1);
  });

  it('is the same change once more, if it was gone in between', () => {
    const first = decideChanges(standing('pending'), { applications: web(difference), revision: 'a', now }, nothing);
    const gone = decideChanges(standing('pending'), { applications: web(), revision: 'a', now }, first.told);
    expect(gone).toEqual({ news: [], told: nothing });
    expect(
      decideChanges(standing('pending'), { applications: web(difference), revision: 'a', now }, gone.told).news,
    ).toHaveLength(1);
  });

  it.each([
    ['a revision that is deployed', 'success', 'b', ['deployed']],
    ['nothing of one that was told already', 'success', 'a', []],
    ['nothing of one that still rolls out', 'pending', 'b', []],
    ['nothing of one that fails', 'failure', 'b', []],
  ] as const)('is %s', (_name, state, revision, expected) => {
    const { news, told } = decideChanges(
      standing(state),
      { applications: [], revision, now },
      { drifted: {}, deployed: { revision: 'a', at: 'then' } },
    );
    expect(news.map(({ kind }) => kind)).toEqual(expected);
    expect(told.deployed).toEqual(
      expected.length > 0 ? { revision: 'b', at: now.toISOString() } : { revision: 'a', at: 'then' },
    );
  });
});
