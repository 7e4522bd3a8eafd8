import { beforeAll, describe, expect, it, vi } from 'vitest';
import { environmentLabel, fieldManager, namespacedRoleOf } from '../../../shared/kubernetes/names.ts';
import { namespaceFor, usedByPrefix } from '../../../shared/kubernetes/new-namespaces.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { configMap, deployment } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const patience = { timeout: 60_000, interval: 200 };
const rbac = 'rbac.authorization.k8s.io';

let world: RealWorld;
let count = 0;

beforeAll(async () => {
  world = await createRealWorld({
    newNamespaces: {
      quota: { pods: '5' },
      containerDefaults: { requests: { memory: '16Mi' }, limits: { memory: '32Mi' } },
    },
  });
  // A policy holds a moment after it was written.
  await vi.waitFor(
    async () => expect(await asMaker(namespaceOf('elsewhere'))).toMatch(/may only make namespaces/),
    patience,
  );
}, 300_000);

const namespaceOf = (name: string, labels?: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...(labels && { labels }) },
});

/** A name that the environment may make, another one each time. */
function fresh(): string {
  count += 1;
  return `${world.namespace}-${count}`;
}

const find = async (kind: string, name: string, namespace = '', apiVersion = 'v1') => {
  const resource = world.resources.find(apiVersion, kind);
  if (resource === undefined) throw new Error(`${kind} is not served`);
  return world.admin.read(resource, { namespace, name });
};

/** A dry run as the second identity. @returns why it is refused */
async function asMaker(object: KubernetesObject): Promise<string | undefined> {
  const resource = world.resources.find(object.apiVersion, object.kind);
  if (resource === undefined) throw new Error(`${object.kind} is not served`);
  const applied = await world.maker.apply(resource, object, { manager: 'test', force: true, dryRun: true });
  return applied.outcome === 'refused' ? applied.failure.message : undefined;
}

const isGone = async (name: string) => {
  const found = await find('Namespace', name);
  return found === undefined || found.metadata.deletionTimestamp !== undefined;
};

async function commit(...objects: KubernetesObject[]) {
  await world.commit(objects);
  await world.reconcile();
  return world.state();
}

describe('a namespace that an environment makes itself', { timeout: 300_000 }, () => {
  it('comes with its limits and rights, and goes with the last that is in it', async () => {
    const name = fresh();
    const web = { ...deployment('web'), metadata: { name: 'web', namespace: name } };
    const state = await commit(configMap('a'), web);
    expect(state?.problems).toEqual([]);
    const { metadata } = (await find('Namespace', name)) ?? {};
    expect(metadata?.labels).toMatchObject({
      [environmentLabel]: world.environment,
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
    expect(await find('ResourceQuota', 'plumbline', name)).toMatchObject({ spec: { hard: { pods: '5' } } });
    expect(await find('LimitRange', 'plumbline', name)).toMatchObject({
      spec: { limits: [{ type: 'Container', default: { memory: '32Mi' }, defaultRequest: { memory: '16Mi' } }] },
    });
    expect(await find('Deployment', 'web', name, 'apps/v1')).toBeDefined();

    expect((await commit(configMap('a')))?.problems).toEqual([]);
    expect(await isGone(name)).toBe(true);
  });

  it('is made again when somebody has deleted it', async () => {
    const name = fresh();
    await commit(configMap('a', {}, { namespace: name }));
    await world.kubectl('delete', 'namespace', name, '--wait=true');
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy', drift: { differences: [{ corrected: true }] } });
    expect(await find('ConfigMap', 'a', name)).toBeDefined();
  });

  it('stays while another application is in it', async () => {
    const name = fresh();
    await commit(configMap('a'), configMap('b', {}, { namespace: name }));
    const { newNamespaces } = world.settings;
    if (newNamespaces === undefined) throw new Error('it may make none');
    const place = { environment: world.environment, namespace: name };
    const other = namespaceFor(place, 'other', { ...newNamespaces, podSecurity: 'baseline' });
    const resource = world.resources.find('v1', 'Namespace');
    const manager = fieldManager({ environment: world.environment, application: 'other' });
    if (resource) await world.admin.apply(resource, other, { manager, force: true, dryRun: false });
    await commit(configMap('a'));
    const found = await find('Namespace', name);
    expect(found?.metadata.deletionTimestamp).toBeUndefined();
    expect(Object.keys(found?.metadata.annotations ?? {})).toEqual([`${usedByPrefix}other`]);
  });

  it('goes with its application', async () => {
    const name = fresh();
    await commit(configMap('a', {}, { namespace: name }));
    await world.remove();
    await world.reconcile();
    expect(await world.state()).toBeUndefined();
    expect(await isGone(name)).toBe(true);
  });

  it('fault 48: that was made by a run that was killed right after goes with the next one', async () => {
    const name = fresh();
    const { writeApplication } = world.ports.state;
    await commit(configMap('a'));
    world.ports.state.writeApplication = () => Promise.reject(new Error('killed'));
    await world.commit([configMap('a'), configMap('b', {}, { namespace: name })]);
    await world.reconcile().catch(() => undefined);
    world.ports.state.writeApplication = writeApplication;
    expect(await isGone(name)).toBe(false);
    expect((await commit(configMap('a', { a: '2' })))?.problems).toEqual([]);
    expect(await isGone(name)).toBe(true);
  });

  it('that somebody else has made is left alone', async () => {
    const name = fresh();
    await world.kubectl('create', 'namespace', name);
    const state = await commit(configMap('a', {}, { namespace: name }));
    expect(state?.problems.map(({ message }) => message).join()).toContain(
      'this namespace was not made for the environment',
    );
    expect(await find('ConfigMap', 'a', name)).toBeUndefined();
  });

  it('is only told of by a plan', async () => {
    const name = fresh();
    const plan = await world.plan([configMap('a', {}, { namespace: name })]);
    expect(plan).toMatchObject({ outcome: 'planned', problems: [] });
    expect(plan.objects).toContainEqual(
      expect.objectContaining({ action: 'create', unchecked: 'its namespace is new' }),
    );
    expect(await find('Namespace', name)).toBeUndefined();
  });
});

describe('the identity that makes namespaces', { timeout: 120_000 }, () => {
  const labels = () => ({ [environmentLabel]: world.environment, 'pod-security.kubernetes.io/enforce': 'baseline' });
  const inside = (kind: string, rest: object, namespace: string, apiVersion = 'v1'): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name: 'plumbline', namespace },
    ...rest,
  });
  const binding = (namespace: string, role: string, name = world.environment) => {
    const rest = {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'plumbline-system' }],
    };
    return inside('RoleBinding', rest, namespace, `${rbac}/v1`);
  };
  let own = '';

  beforeAll(async () => {
    own = fresh();
    const state = await commit(configMap('a', {}, { namespace: own }));
    expect(state?.problems).toEqual([]);
  }, 120_000);

  it('may make what it is for', async () => {
    expect(await asMaker(namespaceOf(`${world.namespace}-more`, labels()))).toBeUndefined();
    expect(await asMaker(binding(own, namespacedRoleOf(world.environment)))).toBeUndefined();
  });

  it.each<[string, () => KubernetesObject]>([
    ['a namespace of another name', () => namespaceOf('elsewhere', labels())],
    ['one that does not say whose it is', () => namespaceOf(`${world.namespace}-more`)],
    [
      'one that says another environment’s',
      () => namespaceOf(`${world.namespace}-more`, { ...labels(), [environmentLabel]: 'x' }),
    ],
    [
      'one that lets any pod in',
      () => namespaceOf(`${world.namespace}-more`, { ...labels(), 'pod-security.kubernetes.io/enforce': 'privileged' }),
    ],
    ['a namespace that an administrator made', () => namespaceOf(world.namespace, labels())],
    ['kube-system', () => namespaceOf('kube-system', labels())],
    [
      'a quota where it made nothing',
      () => inside('ResourceQuota', { spec: { hard: { pods: '0' } } }, world.namespace),
    ],
    ['rights where it made nothing', () => binding(world.namespace, namespacedRoleOf(world.environment))],
    ['rights for another account', () => binding(own, namespacedRoleOf(world.environment), 'other')],
    ['rights that are not the environment’s', () => binding(own, 'view')],
    ['all rights', () => binding(own, 'cluster-admin')],
    ['a Secret', () => inside('Secret', {}, own)],
    ['a Deployment', () => ({ ...deployment('web'), metadata: { name: 'web', namespace: own } })],
  ])('may not make %s', async (_what, object) => {
    expect(await asMaker(object())).toMatch(/forbidden|denied/i);
  });

  it('may not delete what it has not made, nor read what is in it', async () => {
    const namespace = await find('Namespace', world.namespace);
    const resource = world.resources.find('v1', 'Namespace');
    const secrets = world.resources.find('v1', 'Secret');
    if (!resource || !secrets || !namespace) throw new Error('not served');
    const removed = await world.maker.remove(
      resource,
      { namespace: '', name: world.namespace },
      namespace.metadata.uid,
    );
    expect(removed.outcome).toBe('refused');
    await expect(world.maker.list(secrets, own, '')).rejects.toThrow(/forbidden|may not/i);
  });
});
