import { describe, expect, it } from 'vitest';
import { nothingReported } from '../../shared/state/report.ts';
import type { StateStore } from '../../shared/state/store.ts';
import type { ApplicationState, Attempt, Desired } from '../../shared/state/types.ts';

const at = '2026-01-02T03:04:05.000Z';
const desired = (sequence: number): Desired => ({
  environment: 'staging',
  repository: 'example-org/example-environment',
  branch: 'staging',
  sequence,
  revision: String(sequence).repeat(40).slice(0, 40),
  release: `releases/staging/${sequence}.json`,
  at,
});
const attempt = (sequence: number, outcome: Attempt['outcome']): Attempt => ({
  environment: 'staging',
  repository: 'example-org/example-environment',
  sequence,
  revision: 'a'.repeat(40),
  basis: 'sha256:0',
  outcome,
  problems: [],
  at,
});
const application = (name: string, version: number): ApplicationState => ({
  environment: 'staging',
  application: name,
  version,
  sequence: 1,
  revision: 'a'.repeat(40),
  phase: 'applying',
  problems: [],
  counts: { objects: 0, changed: 0, pruned: 0 },
  at,
});

/** What every state store must do, whoever keeps the state. `create` gives an empty one each time. */
export function stateStoreContract(name: string, create: () => Promise<StateStore>): void {
  describe(`state store: ${name}`, () => {
    it('counts sequences per environment from 1, each number once even when asked at once', async () => {
      const store = await create();
      const taken = await Promise.all(Array.from({ length: 5 }, () => store.nextSequence('staging')));
      expect(taken.sort()).toEqual([1, 2, 3, 4, 5]);
      expect(await store.nextSequence('production')).toBe(1);
    });

    it('never lets an older or equal sequence overwrite what is desired', async () => {
      const store = await create();
      expect(await store.writeDesired(desired(2))).toBe('written');
      expect(await store.writeDesired(desired(1))).toBe('superseded');
      expect(await store.writeDesired(desired(2))).toBe('superseded');
      expect(await store.readDesired('staging')).toEqual(desired(2));
      expect(await store.writeDesired(desired(3))).toBe('written');
    });

    it('lets an attempt be finished by whoever began it, not by an older one', async () => {
      const store = await create();
      await store.writeAttempt(attempt(2, 'pending'));
      expect(await store.writeAttempt(attempt(2, 'rendered'))).toBe('written');
      expect(await store.writeAttempt(attempt(1, 'failed'))).toBe('superseded');
      expect((await store.readAttempt('staging'))?.outcome).toBe('rendered');
    });

    it('fault 57: refuses the later of two writers who read the same version', async () => {
      const store = await create();
      const first = await store.writeApplication(application('web', 0));
      expect(first).toMatchObject({ version: 1 });
      expect(await store.writeApplication(application('web', 0))).toBe('superseded');
      expect(await store.writeApplication(application('web', 1))).toMatchObject({ version: 2 });
      expect(await store.writeApplication({ ...application('web', 1), phase: 'failed' })).toBe('superseded');
      expect(await store.readApplication('staging', 'web')).toMatchObject({ version: 2, phase: 'applying' });
    });

    it('keeps what was told of each environment, and refuses the later of two writers', async () => {
      const store = await create();
      const report = { ...nothingReported('staging'), deployed: { revision: 'a'.repeat(40), at } };
      expect(await store.readReport('staging')).toBeUndefined();
      expect(await store.writeReport(report)).toBe('written');
      expect(await store.writeReport(report)).toBe('superseded');
      expect(await store.readReport('staging')).toEqual({ ...report, version: 1 });
      expect(await store.writeReport({ ...report, version: 1 })).toBe('written');
      expect(await store.readReport('production')).toBeUndefined();
    });

    it('keeps what was written to GitHub by each account, and refuses the later of two writers', async () => {
      const store = await create();
      const budget = { owner: 'example-org', version: 0, writes: [1, 2] };
      expect(await store.readBudget('example-org')).toBeUndefined();
      expect(await store.writeBudget(budget)).toBe('written');
      expect(await store.writeBudget(budget)).toBe('superseded');
      expect(await store.readBudget('example-org')).toEqual({ ...budget, version: 1 });
      expect(await store.readBudget('other-org')).toBeUndefined();
    });

    it('lists the applications of one environment only, and forgets one only at the version that was read', async () => {
      const store = await create();
      await store.writeApplication(application('web', 0));
      await store.writeApplication(application('api', 0));
      await store.writeApplication({ ...application('web', 0), environment: 'production' });
      expect((await store.listApplications('staging')).map((state) => state.application).sort()).toEqual([
        'api',
        'web',
      ]);
      expect(await store.deleteApplication(application('web', 7))).toBe('superseded');
      expect(await store.deleteApplication(application('web', 1))).toBe('written');
      expect(await store.readApplication('staging', 'web')).toBeUndefined();
    });

    it('lists more applications than one page holds', async () => {
      const store = await create();
      const names = Array.from({ length: 40 }, (_, index) => `app-${index}`);
      // Forty times 40 KB: a page of DynamoDB has 1 MB.
      const problems = [{ message: 'x'.repeat(40_000) }];
      for (const each of names) await store.writeApplication({ ...application(each, 0), problems });
      const listed = await store.listApplications('staging');
      expect(listed.map((state) => state.application).toSorted()).toEqual(names.toSorted());
    });

    it("keeps a cluster's address and its API list apart, since two functions write them", async () => {
      const store = await create();
      await store.writeClusterApis({ cluster: 'example', version: '1.36', apiVersions: ['v1/Pod'] });
      expect(await store.readCluster('example')).toBeUndefined();
      const address = {
        cluster: 'example',
        endpoint: 'https://x.eks.amazonaws.com',
        certificateAuthority: 'Y2E=',
        describedAt: at,
      };
      await store.writeClusterAddress(address);
      expect(await store.readCluster('example')).toEqual({ ...address, version: '1.36', apiVersions: ['v1/Pod'] });
    });
  });
}
