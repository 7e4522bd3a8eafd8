import { describe, expect, it } from 'vitest';
import type { PullRequestState, PullRequestStore } from '../../shared/state/pull-request.ts';

const at = '2026-01-02T03:04:05.000Z';

export const aPullRequest = (change: Partial<PullRequestState> = {}): PullRequestState => ({
  environment: 'staging',
  repository: 'example-org/example-environment',
  number: 7,
  sequence: 3,
  head: 'a'.repeat(40),
  base: 'b'.repeat(40),
  basis: 'sha256:0',
  phase: 'planning',
  problems: [],
  notes: [],
  asked: {
    id: '7-3',
    release: 'releases/staging/0.json',
    applications: ['api', 'web'],
    left: 0,
    unchanged: 1,
    at,
    done: {},
  },
  since: at,
  at,
  ...change,
});

/** What every store of pull requests must do. `create` gives an empty one each time. */
export function pullRequestStoreContract(name: string, create: () => Promise<PullRequestStore>): void {
  describe(`pull request store: ${name}`, () => {
    it('keeps what was written, and lists one environment only', async () => {
      const store = await create();
      expect(await store.readPullRequest('staging', 7)).toBeUndefined();
      await store.writePullRequest(aPullRequest());
      await store.writePullRequest(aPullRequest({ number: 70 }));
      await store.writePullRequest(aPullRequest({ environment: 'production' }));
      expect(await store.readPullRequest('staging', 7)).toEqual(aPullRequest());
      const numbers = (await store.listPullRequests('staging')).map(({ number }) => number);
      expect(numbers.sort((one, other) => one - other)).toEqual([7, 70]);
    });

    it('never lets an older look overwrite a newer one, nor forget what is its', async () => {
      const store = await create();
      expect(await store.writePullRequest(aPullRequest({ sequence: 3, phase: 'rendering' }))).toBe('written');
      expect(await store.writePullRequest(aPullRequest({ sequence: 3 }))).toBe('written');
      expect(await store.writePullRequest(aPullRequest({ sequence: 2, head: 'c'.repeat(40) }))).toBe('superseded');
      const older = { environment: 'staging', number: 7, sequence: 2 };
      expect(await store.deletePullRequest(older)).toBe('superseded');
      expect(await store.readPullRequest('staging', 7)).toEqual(aPullRequest());
      expect(await store.deletePullRequest({ ...older, sequence: 3 })).toBe('written');
      expect(await store.readPullRequest('staging', 7)).toBeUndefined();
    });

    it('fault 57: notes plans side by side, so that none is lost', async () => {
      const store = await create();
      await store.writePullRequest(aPullRequest());
      const done = { environment: 'staging', number: 7, id: '7-3' };
      const written = await Promise.all([
        store.notePlan({ ...done, application: 'web', outcome: 'planned' }),
        store.notePlan({ ...done, application: 'api', outcome: 'held' }),
      ]);
      expect(written).toEqual(['written', 'written']);
      const { asked } = (await store.readPullRequest('staging', 7)) ?? {};
      expect(asked?.done).toEqual({ web: 'planned', api: 'held' });
    });

    it('notes no plan that nobody waits for any more', async () => {
      const store = await create();
      const done = { environment: 'staging', number: 7, id: '7-2', application: 'web', outcome: 'planned' as const };
      expect(await store.notePlan(done)).toBe('superseded');
      await store.writePullRequest(aPullRequest());
      expect(await store.notePlan(done)).toBe('superseded');
      await store.writePullRequest(aPullRequest({ phase: 'rendering', asked: undefined }));
      expect(await store.notePlan({ ...done, id: '7-3' })).toBe('superseded');
    });
  });
}
