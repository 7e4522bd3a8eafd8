import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, deployment, secret, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

const manifests = [configMap('settings'), deployment('web'), secret('password', { key: 'b2xk' }), service('web')];

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
  await world.commit(manifests);
  await world.reconcile();
  server.requests.length = 0;
});

type Spec = {
  replicas: number;
  template: { spec: { containers: { name: string; image: string }[]; hostNetwork?: boolean } };
};
const specOf = (object: LiveObject) => object.spec as Spec;
const live = (kind: string, name: string) => server.find(kind, name) as LiveObject;
const drift = async () => (await world.state())?.drift;

describe('drift that is only reported', () => {
  beforeEach(async () => {
    await world.commit(manifests, { drift: 'report' });
    await world.reconcile();
  });

  it('is told, and nothing is changed', async () => {
    server.edit('Deployment', 'web', (object) => {
      specOf(object).replicas = 5;
      specOf(object).template.spec.hostNetwork = true;
    });
    server.delete('Service', 'web');
    server.requests.length = 0;
    await world.reconcile('check');
    expect(specOf(live('Deployment', 'web')).replicas).toBe(5);
    expect(server.find('Service', 'web')).toBeUndefined();
    expect((await drift())?.differences.some(({ corrected }) => corrected)).toBe(false);
    expect((await drift())?.differences.map(describeProblem)).toEqual([
      'Service staging/web: was deleted',
      'Deployment staging/web: spec.replicas: 2 → 5, by kubectl-edit',
      'Deployment staging/web: spec.template.spec.hostNetwork: (absent) → true, by kubectl-edit',
    ]);
    expect(server.requests.filter(({ method, path }) => method === 'PATCH' && !path.includes('dryRun=All'))).toEqual(
      [],
    );
  });

  it('is told and no failure, too, where another controller has taken a field of ours', async () => {
    const change = (object: LiveObject) => Object.assign(specOf(object), { replicas: 7 });
    server.edit('Deployment', 'web', change, 'horizontal-scaler');
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({
      phase: 'healthy',
      drift: { differences: [{ field: 'spec.replicas', message: '2 → 7, by horizontal-scaler', corrected: false }] },
    });
    expect(specOf(live('Deployment', 'web')).replicas).toBe(7);
  });

  it('is told once, stays known, and is forgotten when it is gone', async () => {
    const scale = (replicas: number) =>
      server.edit('Deployment', 'web', (object) => {
        specOf(object).replicas = replicas;
      });
    scale(5);
    await world.reconcile('check');
    const first = await world.state();
    await world.reconcile('check');
    expect(await world.state()).toEqual(first);
    scale(2);
    await world.reconcile('check');
    expect(await drift()).toBeUndefined();
  });
});

describe('drift that is ignored', () => {
  it('is neither told nor put back', async () => {
    await world.commit(manifests, { drift: 'ignore' });
    await world.reconcile();
    server.edit('Deployment', 'web', (object) => {
      specOf(object).replicas = 5;
    });
    await world.reconcile('check');
    expect(specOf(live('Deployment', 'web')).replicas).toBe(5);
    expect(await drift()).toBeUndefined();
  });
});

describe('drift that is treated object by object', () => {
  const told = configMap('settings', { a: '1' }, { annotations: { 'plumbline.dev/drift': 'report' } });
  const unwatched = service('web');
  unwatched.metadata.annotations = { 'plumbline.dev/drift': 'ignore' };
  const found = async () =>
    (await drift())?.differences.map(({ object, field, corrected }) => `${object} ${field} ${corrected}`);
  const edit = (kind: string, name: string, change: object) =>
    server.edit(kind, name, (object) => {
      Object.assign(object, change);
    });

  beforeEach(async () => {
    await world.commit([told, deployment('web'), unwatched]);
    await world.reconcile();
  });

  it('is put back, told or not looked at', async () => {
    edit('ConfigMap', 'settings', { data: { a: '2' } });
    edit('Deployment', 'web', { spec: { ...specOf(live('Deployment', 'web')), replicas: 5 } });
    server.delete('Service', 'web');
    server.requests.length = 0;
    await world.reconcile('check');
    expect(await found()).toEqual([
      'ConfigMap staging/settings data.a false',
      'Deployment staging/web spec.replicas true',
    ]);
    expect(specOf(live('Deployment', 'web')).replicas).toBe(2);
    expect(live('ConfigMap', 'settings').data).toEqual({ a: '2' });
    expect(server.find('Service', 'web')).toBeUndefined();
  });

  it('is forgotten when it is gone, while what was put back stays known until something else is', async () => {
    edit('ConfigMap', 'settings', { data: { a: '2' } });
    edit('Deployment', 'web', { spec: { ...specOf(live('Deployment', 'web')), replicas: 5 } });
    await world.reconcile('check');
    const first = await drift();
    edit('ConfigMap', 'settings', { data: { a: '1' } });
    world.advance(60_000);
    await world.reconcile('check');
    expect(await drift()).toEqual({ at: first?.at, differences: first?.differences.slice(1) });
    edit('Deployment', 'web', { spec: { ...specOf(live('Deployment', 'web')), replicas: 6 } });
    await world.reconcile('check');
    expect((await drift())?.differences).toMatchObject([{ message: '2 → 6, by kubectl-edit', corrected: true }]);
    expect((await drift())?.at).not.toBe(first?.at);
  });

  it('looks at nothing but the LISTs while there is none', async () => {
    server.requests.length = 0;
    await world.reconcile('check');
    const asked = server.requests.filter(({ path }) => !/^\/(version|apis?)$/.test(path));
    expect(asked.map(({ method, path }) => `${method} ${path.split('?')[0]?.split('/').at(-1)}`).sort()).toEqual([
      'GET configmaps',
      'GET deployments',
      'GET services',
    ]);
  });
});
