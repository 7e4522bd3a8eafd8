import { describe, expect, it, vi } from 'vitest';
import { rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { configMap, deployment } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';
import { historyOf } from '../../support/watch.ts';

async function applied(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  const state = await world.state();
  expect(state?.problems).toEqual([]);
  return state;
}

const rules = rulesForKinds([
  { group: '', kind: 'ConfigMap' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
]);

const patient = { timeout: 90_000, interval: 250 };
const web = (world: RealWorld) => world.live('apps/v1', 'Deployment', 'web');
const replicasOf = (object: KubernetesObject | undefined) =>
  (object?.spec as { replicas: number } | undefined)?.replicas;
const replicas = async (world: RealWorld) => replicasOf(await web(world));
const scaleTo = (world: RealWorld, count: number) =>
  vi.waitFor(async () => expect(await replicas(world)).toBe(count), patient);

/** Nothing failed, and nothing is told as drift. */
async function quiet(world: RealWorld): Promise<boolean> {
  const state = await world.state();
  return state?.phase !== 'failed' && state?.drift === undefined;
}

/** How many replicas there were, from a resourceVersion on, one after the other. */
async function replicasSince(world: RealWorld, resourceVersion: string | undefined): Promise<(number | undefined)[]> {
  const resource = world.resources.find('apps/v1', 'Deployment');
  if (resource === undefined || resourceVersion === undefined) throw new Error('there is nothing to watch');
  const history = await historyOf(resource, { namespace: world.namespace, name: 'web' }, resourceVersion);
  expect(history.length).toBeGreaterThan(0);
  return [...new Set(history.map(replicasOf))];
}

/** The controller manager itself brings the replicas to the least number. */
const autoscaler = (minReplicas: number): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    minReplicas,
    maxReplicas: 9,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
});

function withoutReplicas(image: string): KubernetesObject {
  const object = deployment('web', { image });
  const { replicas: _, ...spec } = object.spec as { replicas: number };
  return { ...object, spec };
}

describe('replicas that an autoscaler sets', () => {
  it('fault 38: stay through a new image, an old line in Git, and its end, without a moment at any other number', async () => {
    const world = await createRealWorld({ rules });
    await applied(world, [deployment('web')]);
    await applied(world, [deployment('web'), autoscaler(5)]);
    await scaleTo(world, 5);
    const before = await web(world);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    await applied(world, [deployment('web', { image: 'example.com/web:2' }), autoscaler(5)]);
    await applied(world, [withoutReplicas('example.com/web:3'), autoscaler(5)]);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    expect(await replicasSince(world, before?.metadata.resourceVersion)).toEqual([5]);
  });

  it('stay when the autoscaler comes and the line goes in one revision, and nobody has scaled yet', async () => {
    const world = await createRealWorld({ rules });
    await applied(world, [deployment('web', { replicas: 4 })]);
    const before = await web(world);
    await applied(world, [withoutReplicas('example.com/web:2'), autoscaler(1)]);
    await world.kubectl('patch', 'hpa', 'web', '--patch', '{"spec":{"minReplicas":6}}');
    await scaleTo(world, 6);
    await applied(world, [withoutReplicas('example.com/web:3'), autoscaler(6)]);
    expect(await replicasSince(world, before?.metadata.resourceVersion)).toEqual([4, 6]);
  });

  it('stay where the autoscaler is not in Git, found by the conflict', async () => {
    const world = await createRealWorld({ rules });
    await applied(world, [deployment('web')]);
    const before = await web(world);
    await world.kubectl('autoscale', 'deployment', 'web', '--min=5', '--max=9');
    await scaleTo(world, 5);
    await applied(world, [deployment('web', { image: 'example.com/web:2' })]);
    await world.reconcile('check');
    expect(await quiet(world)).toBe(true);
    expect(await replicasSince(world, before?.metadata.resourceVersion)).toEqual([5]);
    // Without it, Git's number counts again.
    await world.kubectl('delete', 'hpa', 'web');
    await applied(world, [deployment('web', { image: 'example.com/web:3' })]);
    expect(await replicas(world)).toBe(2);
  });

  it('stay where the autoscaler is not in Git and Git drops the line before it has scaled', async () => {
    const world = await createRealWorld({ rules });
    await applied(world, [deployment('web', { replicas: 4 })]);
    const before = await web(world);
    await world.kubectl('autoscale', 'deployment', 'web', '--min=2', '--max=9');
    await applied(world, [withoutReplicas('example.com/web:2')]);
    await world.reconcile('check');
    expect(await replicasSince(world, before?.metadata.resourceVersion)).toEqual([4]);
  });
});

describe('ignored fields', () => {
  const settings = {
    rules: [
      { kind: 'Deployment', ignore: { fields: ['/spec/template/spec/containers/*/image'], managers: [] } },
      { kind: 'ConfigMap', ignore: { fields: [], managers: ['mesh'] } },
    ],
  };

  it('fault 38: are left to whoever has them, by pointer and by manager', async () => {
    const world = await createRealWorld({ rules });
    await applied(world, [deployment('web'), configMap('settings')], settings);
    await world.kubectl('set', 'image', 'deployment/web', 'web=example.com/other:7', '--field-manager=rollouts');
    await world.kubectl('patch', 'configmap', 'settings', '--patch={"data":{"a":"7"}}', '--field-manager=mesh');
    await world.reconcile('check');
    expect(await quiet(world)).toBe(true);
    const next = [
      deployment('web', { replicas: 3, image: 'example.com/web:2' }),
      configMap('settings', { a: '2', b: '2' }),
    ];
    await applied(world, next, settings);
    expect((await web(world))?.spec).toMatchObject({
      replicas: 3,
      template: { spec: { containers: [{ image: 'example.com/other:7' }] } },
    });
    expect((await world.live('v1', 'ConfigMap', 'settings'))?.data).toEqual({ a: '7', b: '2' });
  });

  it('are sent as they stand where the map around them has only one owner', async () => {
    const world = await createRealWorld({ rules });
    const ignoring = { rules: [{ ignore: { fields: ['/spec/template/spec/nodeSelector/zone'], managers: [] } }] };
    const placed = (image: string) => {
      const object = deployment('web', { replicas: 0, image });
      const { template } = object.spec as { template: { spec: object } };
      Object.assign(template.spec, { nodeSelector: { disk: 'ssd', zone: 'a' } });
      return object;
    };
    await applied(world, [placed('example.com/web:1')], ignoring);
    const change = { spec: { template: { spec: { nodeSelector: { zone: 'b' } } } } };
    await world.kubectl('patch', 'deployment', 'web', '--patch', JSON.stringify(change), '--field-manager=placer');
    await world.reconcile('check');
    expect(await quiet(world)).toBe(true);
    await applied(world, [placed('example.com/web:2')], ignoring);
    expect((await web(world))?.spec).toMatchObject({
      template: {
        spec: { nodeSelector: { disk: 'ssd', zone: 'b' }, containers: [{ image: 'example.com/web:2' }] },
      },
    });
  });

  it('never fall to their defaults: only ours, they are sent as they stand', async () => {
    const world = await createRealWorld({ rules });
    const ignoring = { rules: [{ ignore: { fields: ['/spec/replicas', '/spec/minReadySeconds'], managers: [] } }] };
    const patient = deployment('web', { replicas: 4 });
    Object.assign(patient.spec as object, { minReadySeconds: 1 });
    await applied(world, [patient], ignoring);
    const before = await web(world);
    await applied(world, [withoutReplicas('example.com/web:2')], ignoring);
    expect((await web(world))?.spec).toMatchObject({ replicas: 4, minReadySeconds: 1 });
    await world.kubectl('scale', 'deployment', 'web', '--replicas=6');
    await world.reconcile('check');
    await applied(world, [withoutReplicas('example.com/web:3')], ignoring);
    expect(await replicasSince(world, before?.metadata.resourceVersion)).toEqual([4, 6]);
    expect((await world.state())?.drift).toBeUndefined();
  });
});
