import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { userOf } from '../../../shared/kubernetes/names.ts';
import { rulesFor } from '../../../shared/kubernetes/rules.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
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
      'spec.replicas: 2 → 5, by kubectl',
      expect.stringMatching(
        /^spec\.template\.spec\.containers\[name=web\]\.image: "example.com\/web:1" → "example.com\/by-hand:1", by kubectl-set at 2\d{3}-\d\d-\d\dT/,
      ),
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

describe('an application of many kinds', () => {
  const robot = { name: 'robot' };
  const aggregated = `aggregated-${randomUUID().slice(0, 8)}`;
  const rbac = 'rbac.authorization.k8s.io';
  const read = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'watch'] };
  const objects = (namespace: string): KubernetesObject[] => [
    deployment('web'),
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'x:1' }] } } },
        },
      },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: robot,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'robot' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace }],
    },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: robot, rules: [read] },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: robot },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'none' },
      spec: { podSelector: {} },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: aggregated },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { nobody: 'has-this' } }] },
      rules: [],
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { team: 'shop' } } },
  ];

  it('is applied in order with just the rights that it needs, and is clean afterwards', async () => {
    const admin = clusterOver(adminTransport(inject('shared').cluster));
    const { resources } = await admin.discover();
    const world = await createRealWorld(rulesFor(objects('x'), resources));
    const all = objects(world.namespace);
    const allowedClusterKinds = ['Namespace', `ClusterRole.${rbac}`];
    const state = await applied(world, all, { allowedClusterKinds });
    expect(state?.problems).toEqual([]);
    expect(state).toMatchObject({ phase: 'healthy', counts: { objects: 10, changed: 10 } });
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    await applied(world, all.slice(1), { allowedClusterKinds });
    expect(await world.kubectl('get', 'deployment', '-o', 'name')).toBe('');
    await world.remove();
    await world.reconcile();
    expect(await world.state()).toBeUndefined();
    expect(
      await world.kubectl('get', 'role,hpa,pdb,cronjob,networkpolicy', '-l', 'plumbline.dev/application', '-o', 'name'),
    ).toBe('');
    expect(await world.kubectl('get', 'namespace', world.namespace, '-o', 'jsonpath={.status.phase}')).toBe('Active');
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
    const borrowed = clusterOver(adminTransport(inject('shared').cluster), userOf(one.environment));
    const resource = one.resources.find('v1', 'ConfigMap');
    if (resource === undefined) throw new Error('no ConfigMaps');
    await expect(borrowed.list(resource, other.namespace, 'a=b')).rejects.toThrow(/cannot list resource "configmaps"/);
  });
});
