import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, deployment } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

async function applied(objects: readonly KubernetesObject[], settings: Partial<ApplySettings> = {}) {
  await world.commit(objects, settings);
  server.requests.length = 0;
  await world.reconcile();
  return world.state();
}

const autoscaler = (more: object = {}): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'staging' },
  spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  ...more,
});

const withoutReplicas = (image = 'example.com/web:1') => {
  const object = deployment('web', { image });
  const { replicas: _, ...spec } = object.spec as { replicas: number };
  return { ...object, spec };
};

const scale = (replicas: number, manager = 'kube-controller-manager', subresource: string | undefined = 'scale') =>
  server.edit(
    'Deployment',
    'web',
    (object) => {
      (object.spec as { replicas: number }).replicas = replicas;
    },
    manager,
    subresource,
  );

const web = () => server.find('Deployment', 'web') as LiveObject;
const replicas = () => (web().spec as { replicas?: number }).replicas;
const owners = () =>
  (web().metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:replicas'])
    .map(({ manager }) => manager);
const sent = (method: string, path: string) =>
  server.requests.filter((each) => each.method === method && each.path.split('?')[0]?.endsWith(path));

const ignoring = (ignore: Partial<NonNullable<ApplySettings['rules'][number]['ignore']>>): Partial<ApplySettings> => ({
  rules: [{ kind: 'Deployment', ignore: { fields: [], managers: [], ...ignore } }],
});
const replicasIgnored = ignoring({ fields: ['/spec/replicas'] });

describe('an ignored field', () => {
  it('is sent by the first apply, as Git says', async () => {
    await applied([deployment('web')], replicasIgnored);
    expect(replicas()).toBe(2);
  });

  it('stays as it stands while only we own it, though Git changes it or says it no more', async () => {
    await applied([deployment('web')], replicasIgnored);
    await applied([deployment('web', { replicas: 7, image: 'example.com/web:2' })], replicasIgnored);
    expect([replicas(), owners()]).toEqual([2, ['plumbline:staging/web']]);
    await applied([withoutReplicas('example.com/web:3')], replicasIgnored);
    expect([replicas(), owners()]).toEqual([2, ['plumbline:staging/web']]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('is given up once somebody else owns it, without a conflict or drift', async () => {
    await applied([deployment('web')], replicasIgnored);
    scale(5, 'mesh', undefined);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    expect(await applied([deployment('web', { image: 'example.com/web:2' })], replicasIgnored)).toMatchObject({
      phase: 'healthy',
      problems: [],
    });
    expect([replicas(), owners()]).toEqual([5, ['mesh']]);
    expect(sent('PATCH', '/web')).toHaveLength(1);
  });

  it('is no drift, whoever changes it, while everything else is', async () => {
    await applied([deployment('web')], replicasIgnored);
    scale(5, 'kubectl');
    server.requests.length = 0;
    await world.reconcile('check');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
    server.edit('Deployment', 'web', (object) => {
      Object.assign(object.spec as object, { replicas: 6, paused: true });
    });
    await world.reconcile('check');
    expect(web().spec).toMatchObject({ replicas: 6 });
    expect(web().spec).not.toHaveProperty('paused');
    expect((await world.state())?.drift?.differences.map(({ field }) => field)).toEqual(['spec.paused']);
  });

  it('is read before an apply, and nothing else is', async () => {
    await applied([deployment('web'), configMap('a')], replicasIgnored);
    await applied([deployment('web', { image: 'example.com/web:2' }), configMap('a', { a: '2' })], replicasIgnored);
    const reads = server.requests.filter(({ method, path }) => method === 'GET' && !/^\/(version|apis?$)/.test(path));
    // One before the apply, and one for its health.
    expect(reads.map(({ path }) => path)).toEqual(Array(2).fill('/apis/apps/v1/namespaces/staging/deployments/web'));
  });

  it('is left out even where it changed hands after it was read', async () => {
    await applied([deployment('web')], replicasIgnored);
    await world.commit([deployment('web', { image: 'example.com/web:2' })], replicasIgnored);
    server.intercept = ({ method }) => {
      if (method !== 'PATCH') return undefined;
      server.intercept = () => undefined;
      scale(5, 'mesh', undefined);
      return undefined;
    };
    await world.reconcile();
    expect([replicas(), owners()]).toEqual([5, ['mesh']]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});

describe('an ignored manager', () => {
  const settings = ignoring({ managers: ['mesh-*'] });

  it.each(['fail', 'force'] as const)('keeps what it owns, conflicts: %s', async (conflicts) => {
    await applied([deployment('web')], { ...settings, conflicts });
    scale(5, 'mesh-operator', undefined);
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect((await world.state())?.drift).toBeUndefined();
    await applied([deployment('web', { image: 'example.com/web:2' })], { ...settings, conflicts });
    expect([replicas(), owners()]).toEqual([5, ['mesh-operator']]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('is asked about once', async () => {
    await applied([deployment('web')], settings);
    scale(5, 'mesh-operator', undefined);
    await world.reconcile('check');
    server.requests.length = 0;
    await world.reconcile('check');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });
});

describe('replicas that an autoscaler sets', () => {
  it('are left to one of the same revision', async () => {
    await applied([deployment('web'), autoscaler()]);
    scale(5);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    await applied([withoutReplicas('example.com/web:2'), autoscaler()]);
    expect([replicas(), owners()]).toEqual([5, ['kube-controller-manager']]);
  });

  it('stay when it comes and Git drops them in one revision, and nobody has scaled yet', async () => {
    await applied([deployment('web', { replicas: 4 })]);
    await applied([withoutReplicas(), autoscaler()]);
    expect([replicas(), owners()]).toEqual([4, ['plumbline:staging/web']]);
    scale(5);
    await applied([withoutReplicas('example.com/web:2'), autoscaler()]);
    expect([replicas(), owners()]).toEqual([5, ['kube-controller-manager']]);
  });

  it('are left to one that is not in Git, found by the conflict', async () => {
    await applied([deployment('web')]);
    server.make(autoscaler(), 'keda-operator');
    scale(5);
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect((await world.state())?.drift).toBeUndefined();
    await applied([deployment('web', { image: 'example.com/web:2' })]);
    expect([replicas(), owners()]).toEqual([5, ['kube-controller-manager']]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('stay when Git drops them while one that is not in Git has not scaled yet', async () => {
    await applied([deployment('web', { replicas: 4 })]);
    server.make(autoscaler(), 'keda-operator');
    await applied([withoutReplicas()]);
    expect([replicas(), owners()]).toEqual([4, ['plumbline:staging/web']]);
    expect(sent('GET', '/horizontalpodautoscalers')).toHaveLength(1);
    // Other drift is put back without dropping them.
    server.edit('Deployment', 'web', (object) => {
      Object.assign(object.spec as object, { paused: true });
    });
    await world.reconcile('check');
    expect(web().spec).not.toHaveProperty('paused');
    expect(replicas()).toBe(4);
    scale(5);
    await applied([withoutReplicas('example.com/web:2')]);
    expect([replicas(), owners()]).toEqual([5, ['kube-controller-manager']]);
    await applied([withoutReplicas('example.com/web:3')]);
    expect(sent('GET', '/horizontalpodautoscalers')).toEqual([]);
  });

  it('go with the line in Git where there is none', async () => {
    await applied([deployment('web', { replicas: 4 })]);
    await applied([withoutReplicas()]);
    expect(replicas()).toBeUndefined();
  });

  it('are left to whoever else scales, without a look at anything', async () => {
    await applied([deployment('web')]);
    scale(0, 'keda-operator');
    await applied([deployment('web', { image: 'example.com/web:2' })]);
    expect([replicas(), owners()]).toEqual([0, ['keda-operator']]);
    expect(sent('GET', '/horizontalpodautoscalers')).toEqual([]);
  });

  it('are Git’s again when the autoscaler is gone', async () => {
    await applied([deployment('web'), autoscaler()]);
    scale(5);
    await applied([deployment('web')]);
    expect([replicas(), owners()]).toEqual([2, ['plumbline:staging/web']]);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('are left as they are where nobody may look for one', async () => {
    await applied([deployment('web')]);
    scale(5);
    server.intercept = ({ path }) => (path.includes('/horizontalpodautoscalers') ? forbidden : undefined);
    await applied([deployment('web', { image: 'example.com/web:2' })]);
    expect(replicas()).toBe(5);
  });

  it('are put back where a person changed them and no autoscaler is there', async () => {
    await applied([deployment('web')]);
    scale(5, 'kubectl');
    await world.reconcile('check');
    expect(replicas()).toBe(2);
  });
});

const forbidden = {
  status: 403,
  headers: {},
  text: JSON.stringify({ kind: 'Status', message: 'cannot list resource "horizontalpodautoscalers"' }),
};
