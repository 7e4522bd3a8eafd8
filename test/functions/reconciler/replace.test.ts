import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, deployment, job } from '../../support/manifests.ts';
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

const deletions = () =>
  server.requests.filter(({ method }) => method === 'DELETE').map(({ body }) => JSON.parse(body ?? '{}'));

const replaceable = { 'plumbline.dev/replace': 'when-immutable' };

function selecting(app: string, annotations: Record<string, string> = {}): KubernetesObject {
  const object = deployment('web');
  object.metadata.annotations = annotations;
  (object.spec as Record<string, unknown>).selector = { matchLabels: { app } };
  return object;
}

describe('fault 43: a field that can not be changed', () => {
  it('is named, with what it is and what Git has, and with what can be done', async () => {
    await applied([selecting('web')]);
    const state = await applied([selecting('other')]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry' } });
    expect(state?.problems[0]).toEqual({
      object: 'Deployment staging/web',
      message:
        'can\'t be changed once the object exists: spec.selector.matchLabels.app (it is "web", Git has "other"). Set it back, delete the object so that it is made anew, or annotate it with plumbline.dev/replace: when-immutable to have that done',
    });
    expect(deletions()).toEqual([]);
  });

  it.each([
    ['plumbline.dev/replace', 'when-immutable'],
    ['kustomize.toolkit.fluxcd.io/force', 'Enabled'],
  ])('makes the object anew where %s says so', async (annotation, value) => {
    await applied([selecting('web')]);
    const uid = server.find('Deployment', 'web')?.metadata.uid;
    expect(await applied([selecting('other', { [annotation]: value })])).toMatchObject({ phase: 'healthy' });
    expect(deletions()).toEqual([{ propagationPolicy: 'Background', preconditions: { uid } }]);
    const after = server.find('Deployment', 'web');
    expect(after?.metadata.uid).not.toBe(uid);
    expect(after?.spec).toMatchObject({ selector: { matchLabels: { app: 'other' } } });
    expect(await world.inventory()).toMatchObject([{ name: 'web', uid: after?.metadata.uid }]);
  });

  it('lets the pods of a Job end before the new one begins', async () => {
    await applied([job('migrate', replaceable)]);
    await applied([job('migrate', replaceable, 'example.com/job:2')]);
    expect(deletions()).toMatchObject([{ propagationPolicy: 'Foreground' }]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('is waited for without failing, while the old object takes its time to go', async () => {
    const held = selecting('web', replaceable);
    held.metadata.finalizers = ['example.org/hold'];
    await applied([held]);
    const state = await applied([selecting('other', replaceable), configMap('fine')]);
    expect(state).toMatchObject({ phase: 'progressing', next: { why: 'health' } });
    expect(state?.problems[0]?.message).toMatch(/^can't be changed.* It is being deleted, .*example\.org\/hold$/);
    server.delete('Deployment', 'web');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(deletions()).toHaveLength(1);
  });

  it('is a failure when the old object does not go in time', async () => {
    const held = selecting('web', replaceable);
    held.metadata.finalizers = ['example.org/hold'];
    await applied([held]);
    await applied([selecting('other', replaceable)]);
    world.advance(200_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'progressing' });
    world.advance(200_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'health' } });
    expect((await world.state())?.problems[0]?.message).toMatch(/^not ready after 300 s: can't be changed/);
    world.advance(600_000);
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed' });
    server.delete('Deployment', 'web');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('never deletes what holds data, whatever its annotation says', async () => {
    const claim = (storage: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', annotations: replaceable },
      spec: { storageClassName: storage },
      status: { phase: 'Bound' },
    });
    await applied([claim('old')]);
    const causes = [{ field: 'spec', message: 'Forbidden: spec is immutable after creation except resources' }];
    server.intercept = ({ method }) => (method === 'PATCH' ? status(422, 'Invalid', 'no', { causes }) : undefined);
    const state = await applied([claim('new')]);
    expect(state?.problems[0]?.message).toBe(
      'can\'t be changed once the object exists: spec.storageClassName (it is "old", Git has "new"). Set it back: it holds data, so it is not deleted and made anew',
    );
    expect(deletions()).toEqual([]);
  });

  it('deletes nothing when something else is wrong with the object, too', async () => {
    await applied([selecting('web')]);
    const causes = [
      { field: 'spec.selector', message: 'field is immutable' },
      { field: 'spec.replicas', message: 'must be greater than or equal to 0' },
    ];
    server.intercept = ({ method }) =>
      method === 'PATCH' ? status(422, 'Invalid', 'two mistakes', { causes }) : undefined;
    const state = await applied([selecting('other', replaceable)]);
    expect(state?.problems[0]?.message).toBe('is not valid: two mistakes');
    expect(deletions()).toEqual([]);
  });

  it("fault 65: masks a Secret's values", async () => {
    const secret = (value: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      immutable: true,
      data: { key: Buffer.from(value).toString('base64') },
    });
    await applied([secret('before')]);
    const causes = [{ field: 'data', message: 'Forbidden: field is immutable when `immutable` is set' }];
    server.intercept = ({ method }) => (method === 'PATCH' ? status(422, 'Invalid', 'no', { causes }) : undefined);
    const state = await applied([secret('after')]);
    expect(state?.problems[0]?.message).toContain('data.key (it is (masked), Git has (masked))');
    expect(JSON.stringify([state, world.lines])).not.toMatch(/before|after|YmVmb3Jl|YWZ0ZXI/);
  });
});

describe('a conflict with another field manager', () => {
  const scale = (replicas: number) =>
    server.edit(
      'Deployment',
      'web',
      ({ spec }) => {
        (spec as Record<string, unknown>).replicas = replicas;
      },
      'scaler',
    );

  it('fault 38: is a problem of its own, with field, manager and both values', async () => {
    await applied([deployment('web')]);
    scale(5);
    const state = await applied([deployment('web', { image: 'example.com/web:2' })]);
    expect(state?.problems).toEqual([
      {
        object: 'Deployment staging/web',
        field: 'spec.replicas',
        message:
          'Git has 2, "scaler" has 5. Remove it from Git, or set "conflicts" to "force" (take it over) or "yield" (leave it)',
      },
    ]);
  });

  it("fault 65: masks a Secret's values", async () => {
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { key: Buffer.from(value).toString('base64') },
    });
    await applied([secret('first')]);
    const theirs = (object: Record<string, unknown>) => {
      object.data = { key: Buffer.from('theirs').toString('base64') };
    };
    server.edit('Secret', 's', theirs, 'operator');
    const state = await applied([secret('ours-two')]);
    expect(state?.problems[0]).toMatchObject({
      field: 'data.key',
      message: expect.stringContaining('Git has (masked)'),
    });
    expect(JSON.stringify([state, world.lines])).not.toMatch(/theirs|ours-two|dGhlaXJz|b3Vycy10d28/);
  });

  it('names another application whose label was changed by hand', async () => {
    const other = await createWorld({ transport: server.transport, namespace: 'staging', application: 'other' });
    await other.commit([configMap('shared')]);
    await other.reconcile();
    server.edit('ConfigMap', 'shared', ({ metadata }) => {
      metadata.labels = { 'plumbline.dev/application': 'staging.somebody' };
    });
    const state = await applied([configMap('shared')]);
    expect(state?.problems[0]?.message).toMatch(/^belongs to the application staging\/other, which applies it, too/);
    expect(server.find('ConfigMap', 'shared')?.metadata.labels).toEqual({
      'plumbline.dev/application': 'staging.somebody',
    });
  });

  it('names another application that wants just the same', async () => {
    const other = await createWorld({ transport: server.transport, namespace: 'staging', application: 'other' });
    await other.commit([configMap('shared')]);
    await other.reconcile();
    const state = await applied([configMap('shared')]);
    expect(state?.problems[0]?.message).toMatch(/^belongs to the application staging\/other /);
  });
});
