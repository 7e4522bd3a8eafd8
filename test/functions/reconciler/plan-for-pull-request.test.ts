import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { aPullRequest } from '../../contracts/pull-request-store.ts';
import { createFakeApiServer } from '../../fakes/api-server.ts';
import { createMemoryPullRequestStore } from '../../fakes/memory-pull-request-store.ts';
import { configMap } from '../../support/manifests.ts';
import { createWorld } from '../../support/reconciler-world.ts';

describe('a plan for a pull request', () => {
  const request = {
    kind: 'reconciliation',
    mode: 'plan',
    environment: 'staging',
    application: 'web',
    cause: 'test',
  } as const;

  async function createAsked(id: string) {
    const world = await createWorld({ transport: createFakeApiServer().transport, namespace: 'staging' });
    const { state } = world.ports;
    const store = createMemoryPullRequestStore();
    world.ports.pullRequests = store;
    await world.commit([configMap('a')]);
    const release = (await state.readDesired('staging'))?.release ?? '';
    const asked = { id: '7-3', release, applications: ['web'], left: 0, unchanged: 0, at: 'now', done: {} };
    await store.writePullRequest(aPullRequest({ asked }));
    const plan = () => reconcile({ ...request, release, id, pullRequest: 7 }, world.ports, { remaining: () => 60_000 });
    const stored = () =>
      world.ports.objects.get(keys.plan('staging', 'web', id)).then(
        () => true,
        () => false,
      );
    return { plan, stored, done: async () => (await store.readPullRequest('staging', 7))?.asked?.done, store };
  }

  it('is noted where the pull request waits for it, so that its change of state tells others', async () => {
    const world = await createAsked('7-3');
    await world.plan();
    expect(await world.stored()).toBe(true);
    expect(await world.done()).toEqual({ web: 'planned' });
    await world.plan();
    expect(await world.done()).toEqual({ web: 'planned' });
  });

  it('is not made when the pull request waits for another one by now, or was closed', async () => {
    const older = await createAsked('7-2');
    await older.plan();
    expect(await older.stored()).toBe(false);
    const closed = await createAsked('7-3');
    await closed.store.writePullRequest(aPullRequest({ phase: 'closed' }));
    await closed.plan();
    expect(await closed.stored()).toBe(false);
  });
});
