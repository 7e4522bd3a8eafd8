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

const sent = () =>
  server.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path.split('?')[0]?.split('/').at(-1));
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
