import { beforeAll, describe, expect, it } from 'vitest';
import { userOf } from '../../../shared/kubernetes/names.ts';
import { adminTransport, clusterOver } from '../../support/cluster-access.ts';
import { configMap, deployment, secret, service } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const problems = async (world: RealWorld) => (await world.state())?.problems ?? [];

async function applied(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

describe('on a real API server', () => {
  let world: RealWorld;
  const names = async () =>
    (await world.kubectl('get', 'configmap,service,deployment', '-l', 'plumbline.dev/application', '-o', 'name'))
      .split('\n')
      .sort();

  beforeAll(async () => {
    world = await createRealWorld();
    await applied(world, [
      deployment('web'),
      service('web'),
      configMap('settings'),
      secret('password', { key: 'b2xk' }),
    ]);
  });

  it('applies, waits for the rollout and is healthy', async () => {
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [], counts: { objects: 4, changed: 4 } });
    expect(await names()).toEqual(['configmap/settings', 'deployment.apps/web', 'service/web']);
  });

  it('sends nothing a second time', async () => {
    const before = await world.live('apps/v1', 'Deployment', 'web');
    await world.reconcile('check');
    expect((await world.live('apps/v1', 'Deployment', 'web'))?.metadata.resourceVersion).toBe(
      before?.metadata.resourceVersion,
    );
    expect((await world.state())?.drift).toBeUndefined();
  });

  it('fault 53: puts back what kubectl scaled and set', async () => {
    await world.kubectl('scale', 'deployment', 'web', '--replicas=5');
    await world.kubectl('set', 'image', 'deployment/web', 'web=example.com/by-hand:1');
    await world.reconcile('check');
    expect(
      await world.kubectl(
        'get',
        'deployment',
        'web',
        '-o',
        'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}',
      ),
    ).toBe('2 example.com/web:1');
    const found = (await world.state())?.drift?.differences.map(({ field, message }) => `${field}: ${message}`);
    expect(found).toEqual([
      'spec.replicas: 2 → 5',
      'spec.template.spec.containers[name=web].image: "example.com/web:1" → "example.com/by-hand:1"',
    ]);
  });

  it('fault 53: removes what kubectl added: a sidecar, hostNetwork, a variable, an annotation', async () => {
    const added = {
      spec: {
        template: {
          spec: {
            hostNetwork: true,
            containers: [
              { name: 'web', env: [{ name: 'A', value: '1' }] },
              { name: 'sidecar', image: 'x:1' },
            ],
          },
        },
      },
    };
    await world.kubectl('patch', 'deployment', 'web', '--patch', JSON.stringify(added));
    await world.kubectl('annotate', 'deployment', 'web', 'example.org/by=hand');
    await world.reconcile('check');
    const live = await world.live('apps/v1', 'Deployment', 'web');
    const text = JSON.stringify([live?.spec, live?.metadata.annotations]);
    for (const word of ['sidecar', 'hostNetwork', '"A"', 'by']) expect(text).not.toContain(word);
    expect((await world.state())?.drift?.differences.length).toBeGreaterThanOrEqual(4);
  });

  it('makes a deleted Service anew, and finds one without its label', async () => {
    const before = await world.live('v1', 'Service', 'web');
    await world.kubectl('delete', 'service', 'web');
    await world.kubectl('label', 'configmap', 'settings', 'plumbline.dev/application-');
    await world.reconcile('check');
    expect((await world.live('v1', 'Service', 'web'))?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(await names()).toEqual(['configmap/settings', 'deployment.apps/web', 'service/web']);
  });

  it('fault 65: undoes a changed key of a Secret without showing it', async () => {
    await world.kubectl('patch', 'secret', 'password', '--patch', '{"stringData":{"key":"by hand","more":"secret"}}');
    await world.reconcile('check');
    expect((await world.live('v1', 'Secret', 'password'))?.data).toEqual({ key: 'b2xk' });
    expect(JSON.stringify([await world.state(), world.lines])).not.toMatch(/b2xk|YnkgaGFuZA|c2VjcmV0|by hand/);
  });

  it('has nothing to say when somebody scaled up and down again', async () => {
    await world.reconcile('check');
    const before = await world.state();
    await world.kubectl('scale', 'deployment', 'web', '--replicas=5');
    await world.kubectl('scale', 'deployment', 'web', '--replicas=2');
    await world.kubectl('rollout', 'status', 'deployment', 'web', '--timeout=60s');
    await world.reconcile('check');
    expect((await world.state())?.drift).toEqual(before?.drift);
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('prunes what Git dropped, and nothing else', async () => {
    await applied(world, [deployment('web'), service('web')]);
    expect(await names()).toEqual(['deployment.apps/web', 'service/web']);
    expect((await world.inventory()).map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Service']);
  });

  it('deletes everything when Git no longer has the application', async () => {
    await world.remove();
    await world.reconcile();
    expect(await names()).toEqual(['']);
    expect(await world.state()).toBeUndefined();
  });
});

describe('adopting what stands there', () => {
  it('takes over what kubectl made, with its leftovers', async () => {
    const world = await createRealWorld();
    await world.kubectl('create', 'configmap', 'settings', '--from-literal=a=old', '--from-literal=b=extra');
    const before = await world.live('v1', 'ConfigMap', 'settings');
    expect(await applied(world, [configMap('settings')])).toMatchObject({ phase: 'healthy' });
    await world.reconcile('check');
    const after = await world.live('v1', 'ConfigMap', 'settings');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.data).toEqual({ a: '1' });
  });

  it('refuses what another application owns, by name', async () => {
    const world = await createRealWorld();
    await applied(world, [configMap('shared')]);
    const resource = world.resources.find('v1', 'ConfigMap');
    if (resource === undefined) throw new Error('no ConfigMaps');
    const theirs = { ...configMap('shared', { a: '2' }), metadata: { name: 'shared', namespace: world.namespace } };
    await world.admin.apply(resource, theirs, { manager: 'plumbline:other/one', force: true, dryRun: false });
    await applied(world, [configMap('shared', { a: '3' })], { conflicts: 'force' });
    expect((await problems(world))[0]?.message).toMatch(/^belongs to the application other\/one \(it owns .data.a\)/);
    expect((await world.live('v1', 'ConfigMap', 'shared'))?.data).toEqual({ a: '2' });
  });
});

describe('rights', () => {
  it('fault 64: an environment can only do in the cluster what it was granted', async () => {
    const world = await createRealWorld();
    await applied(world, [
      configMap('fine'),
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
    ]);
    const [problem] = await problems(world);
    expect(problem).toMatchObject({ object: `ServiceAccount ${world.namespace}/robot` });
    expect(problem?.message).toMatch(/cannot patch resource "serviceaccounts" in API group "" in the namespace "ns-/);
    expect(await world.live('v1', 'ConfigMap', 'fine')).toBeDefined();
  });

  it('fault 64: a namespace of another tenant is refused by RBAC, too', async () => {
    const world = await createRealWorld();
    await applied(world, [configMap('there', {}, { namespace: 'default' })], {
      allowedNamespaces: [world.namespace, 'default'],
    });
    expect((await problems(world))[0]?.message).toContain('in the namespace "default"');
  });

  it('impersonates no other environment', async () => {
    const [one, other] = [await createRealWorld(), await createRealWorld()];
    const borrowed = clusterOver(adminTransport(await sharedCluster()), userOf(one.environment));
    const resource = one.resources.find('v1', 'ConfigMap');
    if (resource === undefined) throw new Error('no ConfigMaps');
    await expect(borrowed.list(resource, other.namespace, 'a=b')).rejects.toThrow(/cannot list resource "configmaps"/);
  });
});

async function sharedCluster() {
  const { inject } = await import('vitest');
  return inject('shared').cluster;
}
