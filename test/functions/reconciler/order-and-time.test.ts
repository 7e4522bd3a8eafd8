import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, deployment, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

const live = () =>
  [...server.objects.values()].map(({ metadata, data }) => `${metadata.name}=${JSON.stringify(data)}`).sort();

describe('a newer revision', () => {
  it('supersedes the one in flight before its next stage, and is handled in the same run', async () => {
    await world.commit([configMap('a', { v: '1' }), deployment('web'), service('web')]);
    let isCommitted = false;
    server.intercept = ({ method, path }) => {
      if (method === 'PATCH' && path.includes('/configmaps/a') && !isCommitted) {
        isCommitted = true;
        void world.commit([configMap('a', { v: '2' }), configMap('b', { v: '2' })]);
      }
      return undefined;
    };
    await world.reconcile();
    expect(live()).toEqual(['a={"v":"2"}', 'b={"v":"2"}']);
    expect(await world.state()).toMatchObject({ phase: 'healthy', revision: 'revision-2', sequence: 2 });
    expect((await world.inventory()).map(({ name }) => name)).toEqual(['a', 'b']);
    const applied = server.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ path }) => path.split('?')[0]?.split('/').at(-1));
    expect(applied).toEqual(['a', 'a', 'b']);
  });

  it('stops an older one before it prunes', async () => {
    await world.commit([configMap('a'), configMap('b')]);
    await world.reconcile();
    await world.commit([configMap('a', { v: '2' })]);
    let isCommitted = false;
    server.intercept = ({ method }) => {
      if (method === 'PATCH' && !isCommitted) {
        isCommitted = true;
        void world.commit([configMap('a'), configMap('b')]);
      }
      return undefined;
    };
    const uid = server.find('ConfigMap', 'b')?.metadata.uid;
    await world.reconcile();
    expect(server.find('ConfigMap', 'b')?.metadata.uid).toBe(uid);
  });

  it('that changes only other applications stops nothing', async () => {
    await world.commit([configMap('a'), deployment('web')]);
    const revisions: string[] = [];
    server.intercept = ({ method, path }) => {
      if (method === 'PATCH') revisions.push(path);
      if (method === 'PATCH' && path.includes('/configmaps/a')) void world.commit([configMap('a'), deployment('web')]);
      return undefined;
    };
    await world.reconcile();
    expect(revisions).toHaveLength(2);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});

describe('fault 57: two runs on one application', () => {
  it('leave the state to the one that began later', async () => {
    await world.commit([configMap('a'), deployment('web')]);
    const { state } = world.ports;
    let isDone = false;
    server.intercept = ({ method, path }) => {
      if (method === 'PATCH' && path.includes('/configmaps/a') && !isDone) {
        isDone = true;
        void state.readApplication('staging', 'web').then((read) => read && state.writeApplication(read));
      }
      return undefined;
    };
    await world.reconcile();
    expect(world.lines.some(({ message }) => message === 'superseded, starting over')).toBe(true);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('give the message back when the other one does not end', async () => {
    await world.commit([configMap('a')]);
    const { state } = world.ports;
    const { writeApplication } = state;
    state.writeApplication = async () => 'superseded';
    await expect(world.reconcile()).rejects.toThrow(/another run has taken over/);
    state.writeApplication = writeApplication;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});

describe('fault 56: the end of the time', () => {
  it('stops before it, says how far it came, and goes on from there', async () => {
    const manifests = Array.from({ length: 100 }, (_, index) => configMap(`c-${index}`));
    await world.commit(manifests);
    const sent = () => server.requests.filter(({ method }) => method === 'PATCH').length;
    await world.reconcile('apply', { remaining: () => (sent() >= 40 ? 0 : 60_000) });
    const state = await world.state();
    expect(state).toMatchObject({ phase: 'applying', next: { why: 'retry' }, problems: [] });
    expect(state?.applied).toBeUndefined();
    expect(await world.inventory()).toHaveLength(100);
    const before = sent();
    expect(before).toBeLessThan(100);
    await world.reconcile();
    expect(sent()).toBe(100);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('prunes nothing that it had no time for, and comes back for it', async () => {
    await world.commit([configMap('a'), configMap('b')]);
    await world.reconcile();
    await world.commit([configMap('a')]);
    server.requests.length = 0;
    const isPruning = () =>
      server.requests.some(({ method, path }) => method === 'GET' && path.endsWith('/configmaps/b'));
    await world.reconcile('apply', { remaining: () => (isPruning() ? 0 : 60_000) });
    expect(await world.state()).toMatchObject({ phase: 'applying', problems: [], next: { why: 'retry', attempt: 0 } });
    expect(live().map((each) => each.split('=')[0])).toEqual(['a', 'b']);
    await world.reconcile();
    expect(live().map((each) => each.split('=')[0])).toEqual(['a']);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});

describe('fault 52: a cluster that can not be reached', () => {
  it('fails the run as a result, with backoff, and sends the rest nowhere', async () => {
    const manifests = Array.from({ length: 200 }, (_, index) => configMap(`c-${index}`));
    await world.commit(manifests);
    let attempts = 0;
    server.intercept = ({ method }) => {
      if (method === 'GET') return undefined;
      attempts += 1;
      throw Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
    };
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect(attempts).toBeLessThan(200);
    server.intercept = () => undefined;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('does not take a forbidden read for an absent object', async () => {
    await world.commit([configMap('a')]);
    await world.reconcile();
    server.intercept = ({ method, path }) =>
      method === 'GET' && path.includes('/configmaps')
        ? status(403, 'Forbidden', 'configmaps is forbidden: User "x" cannot list resource "configmaps"')
        : undefined;
    server.requests.length = 0;
    await world.reconcile('check');
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await world.state()).toMatchObject({
      phase: 'failed',
      problems: [{ message: expect.stringContaining('cannot list resource') }],
    });
  });

  it('says what is missing when nobody has described the cluster', async () => {
    await world.commit([configMap('a')]);
    world.ports.state.readCluster = async () => undefined;
    await world.reconcile();
    expect((await world.state())?.problems[0]?.message).toMatch(/address of the cluster "main" is not known yet/);
  });
});

describe('an artifact', () => {
  it('that is not what its digest says is refused', async () => {
    await world.commit([configMap('a')]);
    const { get } = world.ports.objects;
    world.ports.objects = {
      ...world.ports.objects,
      get: async (key) => (key.startsWith('artifacts/') ? new TextEncoder().encode('{"objects":[]}') : get(key)),
    };
    await world.reconcile();
    expect(await world.state()).toMatchObject({
      phase: 'failed',
      problems: [{ message: expect.stringMatching(/other content than its digest says/) }],
    });
    expect(server.objects.size).toBe(0);
  });
});
