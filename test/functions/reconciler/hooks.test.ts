import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, doneJob, type FakeApiServer, failedJob, status } from '../../fakes/api-server.ts';
import { configMap, deployment, hookJob, job } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

async function applied(...[manifests, settings]: Parameters<World['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

/** What was written, in order: `+name`, and `-name` for a deletion. */
const writes = () =>
  server.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method === 'DELETE' ? '-' : '+'}${path.split('?')[0]?.split('/').at(-1)}`);
const liveNames = () => [...server.objects.values()].map(({ metadata }) => metadata.name).sort();
const inventory = async () =>
  (await world.inventory()).map(({ name, hook }) => `${name}${hook ? ' (hook)' : ''}`).sort();

const pre = hookJob('migrate', 'pre-install,pre-upgrade');
const post = hookJob('smoke', 'post-install,post-upgrade');
const web = (image: string) => deployment('web', { image });

/** Jobs go on for so many looks, and then end like this. */
function jobsTake(looks: number, end: unknown = doneJob) {
  let left = looks;
  server.job = () => {
    left -= 1;
    return left < 0 ? end : { active: 1 };
  };
}

describe('hooks of an installation and of upgrades', () => {
  it('run before and after everything else', async () => {
    const state = await applied([post, web('a'), configMap('settings'), pre]);
    expect(writes()).toEqual(['+migrate', '+settings', '+web', '+smoke']);
    expect(state).toMatchObject({ phase: 'healthy', counts: { objects: 2, changed: 2 } });
    expect(state?.applied).toBe(state?.artifact);
  });

  it("are Argo CD's, too: before and after, and not when a sync has failed", async () => {
    const argo = (name: string, phase: string) => job(name, { 'argocd.argoproj.io/hook': phase });
    const state = await applied([
      argo('smoke', 'PostSync'),
      argo('mourn', 'SyncFail'),
      web('a'),
      argo('migrate', 'PreSync'),
    ]);
    expect(writes()).toEqual(['+migrate', '+web', '+smoke']);
    expect(state).toMatchObject({ phase: 'healthy', counts: { objects: 1 } });
  });

  it('run one after the other, by weight, then kind, then name', async () => {
    const account = { apiVersion: 'v1', kind: 'ConfigMap', metadata: hookJob('z', 'pre-install').metadata };
    await applied([
      hookJob('b', 'pre-install', { weight: 5 }),
      hookJob('c', 'pre-install', { weight: -5 }),
      hookJob('a', 'pre-install', { weight: 5 }),
      account,
      hookJob('y', 'pre-install'),
    ]);
    expect(writes()).toEqual(['+c', '+z', '+y', '+a', '+b']);
  });

  it('run once when installed, and once with each other artifact', async () => {
    await applied([pre, hookJob('init', 'pre-install'), web('a')]);
    await world.reconcile();
    await world.reconcile('check');
    expect(writes().filter((write) => write === '+migrate')).toHaveLength(1);
    await applied([pre, hookJob('init', 'pre-install'), web('a')], { timeoutSeconds: 100 });
    expect(writes().filter((write) => write === '+migrate')).toHaveLength(1);
    server.requests.length = 0;
    await applied([pre, hookJob('init', 'pre-install'), web('b')]);
    expect(writes()).toEqual(['-migrate', '+migrate', '+web']);
  });

  it('run again when an artifact comes back', async () => {
    await applied([pre, web('a')]);
    await applied([pre, web('b')]);
    server.requests.length = 0;
    await applied([pre, web('a')]);
    expect(writes()).toEqual(['-migrate', '+migrate', '+web']);
  });

  it('are those of an upgrade for what Helm had installed', async () => {
    const helm = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'staging' };
    server.make(configMap('settings', { a: '1' }, { namespace: 'staging', annotations: helm }), 'helm');
    await applied([hookJob('init', 'pre-install'), pre, configMap('settings')], { adopt: ['helm'] });
    expect(await world.state()).toMatchObject({ phase: 'healthy', hooks: { event: 'upgrade' } });
    expect(liveNames()).toEqual(['migrate', 'settings']);
  });

  it('never run for tests and rollbacks', async () => {
    const never = [hookJob('check', 'test'), hookJob('undo', 'pre-rollback, post-rollback'), web('a')];
    expect(await applied(never)).toMatchObject({ phase: 'healthy', counts: { objects: 1 } });
    expect(liveNames()).toEqual(['web']);
  });

  it('are waited for over several runs, and not started again', async () => {
    jobsTake(60);
    const state = await applied([pre, web('a')]);
    expect(state).toMatchObject({ phase: 'progressing', next: { why: 'health' } });
    expect(state?.problems).toEqual([
      {
        object: 'Job staging/migrate',
        message: 'the pre-install hook is under way: 0 of 1 pods have succeeded',
      },
      { message: 'Deployment staging/web waits for Job staging/migrate' },
    ]);
    for (let run = 0; run < 5; run += 1) await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(writes()).toEqual(['+migrate', '+web']);
  });

  it('are late when they take longer than the timeout, and go on all the same', async () => {
    server.job = () => ({ active: 1 });
    await applied([pre, web('a')]);
    world.advance(300_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'health' } });
    expect((await world.state())?.problems[0]?.message).toMatch(/^not ready after 300 s: the pre-install hook/);
    server.job = () => doneJob;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(writes()).toEqual(['+migrate', '+web']);
  });

  it('have each a time of their own', async () => {
    server.job = ({ metadata }) => (metadata.name === 'one' ? doneJob : { active: 1 });
    world.ports.sleep = async () => world.advance(5_000);
    server.intercept = ({ method, path }) => {
      if (method === 'PATCH' && path.includes('/jobs/one')) world.advance(290_000);
      return undefined;
    };
    await applied([hookJob('one', 'pre-install'), hookJob('two', 'pre-install', { weight: 1 }), web('a')]);
    expect(await world.state()).toMatchObject({ phase: 'progressing' });
    world.advance(300_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed' });
  });

  it('wait for their predecessors to go, for as long as anything may take', async () => {
    const held = hookJob('migrate', 'pre-install,pre-upgrade');
    held.metadata.finalizers = ['example.org/hold'];
    await applied([held, web('a')]);
    const state = await applied([pre, web('b')]);
    expect(state).toMatchObject({ phase: 'progressing' });
    expect(state?.problems[0]?.message).toMatch(
      /^the pre-upgrade hook waits for its predecessor, which is being deleted, .*example\.org\/hold$/,
    );
    world.advance(400_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'health' } });
    server.delete('Job', 'migrate');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('are superseded by a newer revision, which is an installation still', async () => {
    const one = { ...configMap('one'), metadata: hookJob('one', 'pre-install').metadata };
    await world.commit([one, hookJob('two', 'pre-install', { weight: 1 }), web('a')]);
    server.intercept = ({ method, path }) => {
      if (method !== 'PATCH' || !path.includes('/configmaps/one')) return undefined;
      server.intercept = () => undefined;
      void world.commit([hookJob('three', 'pre-install'), web('b')]);
      return undefined;
    };
    await world.reconcile();
    expect(writes()).toEqual(['+one', '+three', '+web', '-one']);
    expect(await world.state()).toMatchObject({ phase: 'healthy', revision: 'revision-2' });
    expect(liveNames()).toEqual(['three', 'web']);
  });

  it('wait, if they come after, until everything is healthy', async () => {
    server.rollout = () => ({});
    const state = await applied([post, web('a')]);
    expect(writes()).toEqual(['+web']);
    expect(state?.applied).toBeUndefined();
    expect(state?.problems.at(-1)).toEqual({
      message: 'the post-install hooks: Job staging/smoke waits for Deployment staging/web',
    });
  });
});

describe('a hook that fails', () => {
  it('fails the run before anything else is done, says why, and is tried again later', async () => {
    jobsTake(0, failedJob);
    const state = await applied([pre, web('a')]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect(state?.problems).toEqual([
      {
        object: 'Job staging/migrate',
        message: 'the pre-install hook failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
      },
      { message: 'Deployment staging/web waits for Job staging/migrate' },
    ]);
    server.job = () => doneJob;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(writes()).toEqual(['+migrate', '-migrate', '+migrate', '+web']);
  });

  it('is tried again without those that had succeeded before it', async () => {
    server.job = ({ metadata }) => (metadata.name === 'two' ? failedJob : doneJob);
    await applied([hookJob('one', 'pre-install'), hookJob('two', 'pre-install', { weight: 1 }), web('a')]);
    server.job = () => doneJob;
    server.requests.length = 0;
    await world.reconcile();
    expect(writes()).toEqual(['-two', '+two', '+web']);
  });

  it('of an installation keeps those that succeeded from running again for a newer artifact', async () => {
    server.job = ({ metadata }) => (metadata.name === 'two' ? failedJob : doneJob);
    await applied([hookJob('one', 'pre-install'), hookJob('two', 'pre-install', { weight: 1 }), web('a')]);
    server.job = () => doneJob;
    server.requests.length = 0;
    const state = await applied([
      hookJob('one', 'pre-install'),
      hookJob('two', 'pre-install', { weight: 1, image: 'mended' }),
      web('a'),
    ]);
    expect(state).toMatchObject({ phase: 'healthy' });
    expect(writes()).toEqual(['-two', '+two', '+web']);
  });

  it('after everything else leaves that applied, and does not send it again', async () => {
    jobsTake(0, failedJob);
    const state = await applied([post, web('a')]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry' } });
    expect(state?.applied).toBeUndefined();
    server.job = () => doneJob;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(writes()).toEqual(['+web', '+smoke', '-smoke', '+smoke']);
  });

  it('because it may not be made says so', async () => {
    server.intercept = ({ method, path }) =>
      method === 'PATCH' && path.includes('/jobs/') ? status(403, 'Forbidden', 'no') : undefined;
    const state = await applied([pre, web('a')]);
    expect(state?.problems[0]).toEqual({
      object: 'Job staging/migrate',
      message: "the pre-install hook can't be run: the API server refuses it: no",
    });
    server.intercept = () => undefined;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it("tells its pods' reason", async () => {
    const pod = {
      metadata: { name: 'migrate-1' },
      status: { containerStatuses: [{ name: 'job', state: { terminated: { exitCode: 3, reason: 'Error' } } }] },
    };
    server.intercept = ({ path }) =>
      path.includes('/pods?')
        ? {
            status: 200,
            headers: {},
            text: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [pod] }),
          }
        : undefined;
    jobsTake(0, failedJob);
    const selected = hookJob('migrate', 'pre-install');
    (selected.spec as Record<string, unknown>).selector = { matchLabels: { job: 'migrate' } };
    const state = await applied([selected, web('a')]);
    expect(state?.problems[0]?.message).toMatch(/; pod migrate-1: container job ended with exit code 3 \(Error\)$/);
  });
});

describe('what hooks have made', () => {
  it('stays until the next time, and is in the inventory, but is neither compared nor pruned', async () => {
    await applied([pre, web('a')]);
    expect(await inventory()).toEqual(['migrate (hook)', 'web']);
    server.delete('Job', 'migrate');
    await world.reconcile('check');
    expect(liveNames()).toEqual(['web']);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect((await world.state())?.drift).toBeUndefined();
  });

  it('goes when it has succeeded, if its policy says so, after all hooks of the event', async () => {
    const policy = 'hook-succeeded';
    await applied([
      hookJob('one', 'pre-install', { policy, weight: -1 }),
      hookJob('two', 'pre-install', { policy }),
      web('a'),
    ]);
    expect(writes()).toEqual(['+one', '+two', '-one', '-two', '+web']);
    expect(await inventory()).toEqual(['web']);
    await world.reconcile('check');
    expect(liveNames()).toEqual(['web']);
  });

  it('goes when it has failed, if its policy says so', async () => {
    jobsTake(0, failedJob);
    const state = await applied([hookJob('one', 'pre-install', { policy: 'hook-failed' }), web('a')]);
    expect(state).toMatchObject({ phase: 'failed' });
    expect(writes()).toEqual(['+one', '-one']);
    expect(await inventory()).toEqual(['web']);
  });

  it('goes when the artifact no longer has it', async () => {
    await applied([pre, configMap('a')]);
    expect(await applied([configMap('a')])).toMatchObject({ phase: 'healthy' });
    expect(liveNames()).toEqual(['a']);
  });

  it('stays where it holds data, though the artifact no longer has it', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: hookJob('data', 'pre-install').metadata,
    };
    await applied([{ ...claim, spec: {} }, configMap('a')]);
    expect(await applied([configMap('a')])).toMatchObject({ phase: 'healthy' });
    expect(liveNames()).toEqual(['a', 'data']);
    expect(await inventory()).toEqual(['a']);
  });

  it('is not deleted before the next time where it is not to be, if it is not ours', async () => {
    const theirs = await createWorld({ transport: server.transport, namespace: 'staging', application: 'theirs' });
    await theirs.commit([job('migrate')]);
    await theirs.reconcile();
    const state = await applied([pre, web('a')]);
    expect(state?.problems[0]?.message).toMatch(
      /there is one already, and it belongs to the application staging.theirs/,
    );
    expect(liveNames()).toEqual(['migrate']);
  });

  it('is applied over what is there, if that does nothing by being made', async () => {
    const settings = (value: string): KubernetesObject => ({
      ...configMap('hook-settings', { value }),
      metadata: hookJob('hook-settings', 'pre-install,pre-upgrade').metadata,
    });
    await applied([settings('1'), web('a')]);
    const uid = server.find('ConfigMap', 'hook-settings')?.metadata.uid;
    await applied([settings('2'), web('a')]);
    expect(server.find('ConfigMap', 'hook-settings')).toMatchObject({ metadata: { uid }, data: { value: '2' } });
  });

  it('lives for long enough that its end is seen', async () => {
    const short = hookJob('migrate', 'pre-install');
    (short.spec as Record<string, unknown>).ttlSecondsAfterFinished = 0;
    await applied([short, web('a')]);
    expect(server.find('Job', 'migrate')?.spec).toMatchObject({ ttlSecondsAfterFinished: 3600 });
  });

  it('can become an object like any other, and an object a hook', async () => {
    await applied([pre, web('a')]);
    await applied([job('migrate'), web('a')]);
    expect(await inventory()).toEqual(['migrate', 'web']);
    await applied([hookJob('migrate', 'post-upgrade'), web('b')]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(await inventory()).toEqual(['migrate (hook)', 'web']);
    expect(liveNames()).toEqual(['migrate', 'web']);
  });
});

describe('hooks that can not be meant', () => {
  it('are refused before anything is done', async () => {
    const state = await applied([
      hookJob('a', 'pre-install,before-lunch'),
      hookJob('b', 'pre-install', { policy: 'hook-done' }),
      web('a'),
    ]);
    expect(state?.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^"before-lunch" in the annotation helm.sh\/hook can't be run as a hook of Helm; accepted are pre-install,/,
      ),
      expect.stringMatching(/^"hook-done" in helm.sh\/hook-delete-policy is unknown/),
    ]);
    expect(server.objects.size).toBe(0);
  });

  it('may share a name, if they never meet', async () => {
    expect(await applied([hookJob('a', 'pre-install'), hookJob('a', 'pre-upgrade'), web('a')])).toMatchObject({
      phase: 'healthy',
    });
    const state = await applied([hookJob('a', 'pre-install'), hookJob('a', 'pre-install,pre-upgrade'), web('a')]);
    expect(state?.problems[0]?.message).toMatch(/is there twice/);
  });
});

describe('hooks of a deletion', () => {
  const withHooks = [
    hookJob('backup', 'pre-delete'),
    hookJob('goodbye', 'post-delete', { policy: 'hook-succeeded' }),
    hookJob('init', 'pre-install'),
    web('a'),
  ];

  it('run before and after everything is deleted, and leave nothing', async () => {
    await applied(withHooks);
    expect(liveNames()).toEqual(['init', 'web']);
    server.requests.length = 0;
    await world.remove();
    await world.reconcile();
    expect(writes().filter((write) => !write.includes('init'))).toEqual([
      '+backup',
      '-web',
      '+goodbye',
      '-goodbye',
      '-backup',
    ]);
    expect(liveNames()).toEqual([]);
    expect(await world.state()).toBeUndefined();
  });

  it('hold everything back while they run or have failed', async () => {
    await applied(withHooks);
    await world.remove();
    jobsTake(1000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'removed', next: { why: 'health' } });
    expect(liveNames()).toEqual(['backup', 'init', 'web']);
    server.job = () => failedJob;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect((await world.state())?.problems[0]?.message).toMatch(/^the pre-delete hook failed: BackoffLimitExceeded/);
    expect(liveNames()).toEqual(['backup', 'init', 'web']);
    server.job = () => doneJob;
    await world.reconcile();
    expect(liveNames()).toEqual([]);
    expect(await world.state()).toBeUndefined();
  });

  it('that come after wait until everything is gone', async () => {
    await applied([...withHooks, configMap('held', {}, { finalizers: ['example.org/hold'] })]);
    await world.remove();
    server.requests.length = 0;
    await world.reconcile();
    expect(writes()).not.toContain('+goodbye');
    expect((await world.state())?.problems).toEqual([
      expect.objectContaining({ object: 'ConfigMap staging/held' }),
      { message: 'the post-delete hooks: Job staging/goodbye waits for ConfigMap staging/held' },
    ]);
    server.delete('ConfigMap', 'held');
    await world.reconcile();
    expect(writes()).toContain('+goodbye');
    expect(writes().filter((write) => write === '+backup')).toHaveLength(1);
    expect(await world.state()).toBeUndefined();
  });

  it('do not run for what was never applied whole', async () => {
    server.rollout = () => ({});
    await applied([...withHooks, post]);
    await world.remove();
    server.requests.length = 0;
    await world.reconcile();
    expect(writes().filter((write) => write.startsWith('+'))).toEqual([]);
    expect(await world.state()).toBeUndefined();
  });

  it('make an application that comes back a new installation', async () => {
    await applied(withHooks);
    await world.remove();
    await world.reconcile();
    server.requests.length = 0;
    await applied(withHooks);
    expect(writes()).toEqual(['+init', '+web']);
  });
});
