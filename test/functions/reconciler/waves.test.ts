import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, deployment } from '../../support/manifests.ts';
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

function inWave(wave: number | string, object: KubernetesObject, annotation = 'plumbline.dev/wave'): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation]: String(wave) } },
  };
}

const db = inWave(-1, deployment('db'));
const web = inWave(2, deployment('web'));
const shop = [web, configMap('settings'), db];

const patched = (isDryRun: boolean) =>
  server.requests
    .filter(({ method, path }) => method === 'PATCH' && path.includes('dryRun') === isDryRun)
    .map(({ path }) => path.split('?')[0]?.split('/').at(-1));
const sent = () => patched(false);
const stuck = (name: string) => (object: LiveObject) =>
  object.metadata.name === name ? { observedGeneration: object.metadata.generation } : rolledOut(object);

function rolledOut({ metadata, spec }: LiveObject) {
  const { replicas } = spec as { replicas: number };
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  return { observedGeneration: metadata.generation, ...counts };
}

/** As if the controller had caught up. */
function catchUp(name: string) {
  server.rollout = rolledOut;
  server.edit('Deployment', name, () => undefined, 'kube-controller-manager');
}

describe('waves', () => {
  it('are applied one after the other, lowest first', async () => {
    expect(await applied(shop)).toMatchObject({ phase: 'healthy', counts: { objects: 3, changed: 3 } });
    expect(sent()).toEqual(['db', 'settings', 'web']);
  });

  it("are Argo CD's, too, unless ours says otherwise", async () => {
    const theirs = [
      inWave(5, configMap('late'), 'argocd.argoproj.io/sync-wave'),
      inWave(1, inWave(9, configMap('ours'), 'argocd.argoproj.io/sync-wave')),
    ];
    await applied(theirs);
    expect(sent()).toEqual(['ours', 'late']);
  });

  it('have definitions and namespaces before them all, if these name no wave', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'staging' } };
    const settings = { allowedClusterKinds: ['Namespace'] };
    await applied([inWave(-3, configMap('early')), namespace, inWave(-4, configMap('first'))], settings);
    expect(sent()).toEqual(['staging', 'first', 'early']);
  });

  it('begin when the one before is healthy, in a later run if that takes long', async () => {
    server.rollout = stuck('db');
    const state = await applied(shop);
    expect(sent()).toEqual(['db']);
    expect(state).toMatchObject({ phase: 'progressing', next: { why: 'health' } });
    expect(state?.applied).toBeUndefined();
    expect(state?.problems).toEqual([
      { object: 'Deployment staging/db', message: '0 of 2 pods are of the newest template' },
      { message: 'ConfigMap staging/settings waits for Deployment staging/db' },
      { message: 'wave 2: Deployment staging/web waits for Deployment staging/db' },
    ]);
    catchUp('db');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
    expect(sent()).toEqual(['db', 'settings', 'web']);
  });

  it('are waited for without another write to the cluster or a longer time', async () => {
    server.rollout = stuck('db');
    const first = await applied(shop);
    server.requests.length = 0;
    world.advance(60_000);
    await world.reconcile();
    const second = await world.state();
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(second).toMatchObject({ phase: 'progressing', since: first?.since });
    world.advance(300_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'health' } });
    expect((await world.state())?.problems[0]?.message).toMatch(/^not ready after 300 s: 0 of 2 pods/);
    catchUp('db');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('have each a time of their own', async () => {
    server.rollout = stuck('db');
    await applied(shop);
    world.advance(250_000);
    catchUp('db');
    server.rollout = stuck('web');
    await world.reconcile();
    world.advance(100_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'progressing' });
    world.advance(300_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed' });
  });

  it('fault 47: stop where an object is refused, after the others of its wave', async () => {
    server.intercept = ({ method, path }) =>
      method === 'PATCH' && path.includes('/bad') ? status(422, 'Invalid', 'data: Invalid value') : undefined;
    const state = await applied([configMap('good'), configMap('bad'), inWave(1, configMap('a')), inWave(1, web)]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect(state?.problems).toEqual([
      { object: 'ConfigMap staging/bad', message: 'is not valid: data: Invalid value' },
      { message: 'wave 1: ConfigMap staging/a (and 1 more) waits for ConfigMap staging/bad' },
    ]);
    expect(sent()).toEqual(expect.arrayContaining(['bad', 'good']));
    expect(sent()).toHaveLength(2);
    server.intercept = () => undefined;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(sent().filter((name) => name === 'good')).toHaveLength(1);
  });

  it('that are stopped by a mistake are asked for theirs, so that all are told at once', async () => {
    server.intercept = ({ method, path }) => {
      if (method !== 'PATCH') return undefined;
      if (path.includes('/early')) return status(403, 'Forbidden', 'no PriorityClass with name high was found');
      return path.includes('/bad') ? status(422, 'Invalid', 'data: Invalid value') : undefined;
    };
    const later = [configMap('bad-too'), configMap('early'), configMap('a')].map((each) => inWave(1, each));
    const state = await applied([configMap('bad'), ...later]);
    expect(state?.problems).toEqual([
      { object: 'ConfigMap staging/bad', message: 'is not valid: data: Invalid value' },
      { object: 'ConfigMap staging/bad-too', message: 'is not valid: data: Invalid value' },
      { message: 'wave 1: ConfigMap staging/bad-too (and 2 more) waits for ConfigMap staging/bad' },
    ]);
    expect(sent()).toEqual(['bad']);
    expect(patched(true).sort()).toEqual(['a', 'bad-too', 'early']);
  });

  it('that are stopped by what may pass by itself are not asked for', async () => {
    server.intercept = ({ method, path }) =>
      method === 'PATCH' && path.includes('/busy') ? status(403, 'Forbidden', 'exceeded quota: q') : undefined;
    await applied([configMap('busy'), inWave(1, configMap('a'))]);
    expect(patched(true)).toEqual([]);
  });

  it('are passed over where nothing changes, and looked at where something above them does', async () => {
    await applied(shop);
    server.requests.length = 0;
    await applied([db, configMap('settings'), inWave(2, deployment('web', { replicas: 3 }))]);
    expect(sent()).toEqual(['web']);
    server.rollout = stuck('db');
    server.edit('Deployment', 'db', () => undefined, 'kube-controller-manager');
    server.requests.length = 0;
    await applied([db, configMap('settings'), inWave(2, deployment('web', { replicas: 4 }))]);
    expect(sent()).toEqual([]);
    expect(await world.state()).toMatchObject({ phase: 'progressing' });
  });

  it('are pruned backwards', async () => {
    await applied([...shop, configMap('stays')]);
    await applied([configMap('stays')]);
    const deleted = server.requests
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => path.split('/').at(-1));
    expect(deleted).toEqual(['web', 'settings', 'db']);
  });

  it('are pruned when the higher ones are gone, since these may need them for that', async () => {
    const held = inWave(1, configMap('custom', {}, { finalizers: ['operator.example.org/hold'] }));
    const all = [configMap('stays'), configMap('operator'), held];
    await applied(all);
    expect(await applied(all.slice(0, 1))).toMatchObject({ phase: 'progressing' });
    expect((await world.state())?.problems.map(({ message }) => message)).toEqual([
      'is being deleted; its finalizers must end first: operator.example.org/hold',
      'is deleted when ConfigMap staging/custom, which is of a higher wave, is gone',
    ]);
    expect(server.find('ConfigMap', 'operator')).toBeDefined();
    server.delete('ConfigMap', 'custom');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect([...server.objects.values()].map(({ metadata }) => metadata.name)).toEqual(['stays']);
    expect((await world.inventory()).map(({ name }) => name)).toEqual(['stays']);
  });

  it('are pruned when the higher ones are gone, with their application', async () => {
    await applied([configMap('operator'), inWave(1, configMap('custom', {}, { finalizers: ['example.org/hold'] }))]);
    await world.remove();
    await world.reconcile();
    expect(server.find('ConfigMap', 'operator')).toBeDefined();
    server.delete('ConfigMap', 'custom');
    await world.reconcile();
    expect(server.objects.size).toBe(0);
    expect(await world.state()).toBeUndefined();
  });

  it('are superseded by a newer revision while they are waited for', async () => {
    server.rollout = stuck('db');
    await applied(shop);
    await world.commit([configMap('only')], { pruneLimit: 100 });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect([...server.objects.values()].map(({ metadata }) => metadata.name)).toEqual(['only']);
    expect((await world.inventory()).map(({ name }) => name)).toEqual(['only']);
  });
});

describe('the end of the time', () => {
  it('within a wave: the next run goes on there, at once', async () => {
    await world.commit(shop);
    await world.reconcile('apply', { remaining: () => (sent().length >= 1 ? 0 : 60_000) });
    expect(await world.state()).toMatchObject({ phase: 'applying', next: { why: 'retry' } });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(sent()).toEqual(['db', 'settings', 'web']);
  });
});
