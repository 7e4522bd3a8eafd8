import { describe, expect, it } from 'vitest';
import { readPods, rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { configMap, deployment, hookJob, job, service } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const kinds = ['ConfigMap', 'Secret', 'Service', 'PersistentVolumeClaim'].map((kind) => ({ group: '', kind }));
const workloads = ['Deployment', 'StatefulSet'].map((kind) => ({ group: 'apps', kind }));
const rules = [...rulesForKinds([...kinds, ...workloads, { group: 'batch', kind: 'Job' }]), readPods];

const open = () => createRealWorld({ rules });

async function applied(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

/** As `dispatcher` does: again, as long as there is something to wait for. */
async function settled(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  let state = await applied(world, manifests, settings);
  for (let look = 0; look < 20 && state?.phase === 'progressing'; look += 1) {
    await world.reconcile();
    state = await world.state();
  }
  return state;
}

const messages = async (world: RealWorld) =>
  ((await world.state())?.problems ?? []).map(({ object, message }) => `${object}: ${message}`);

function change(object: KubernetesObject, edit: (spec: Record<string, unknown>) => void): KubernetesObject {
  const copy = structuredClone(object);
  edit(copy.spec as Record<string, unknown>);
  return copy;
}

function annotated(object: KubernetesObject, annotations: Record<string, string>): KubernetesObject {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

const replaceable = (object: KubernetesObject) => annotated(object, { 'plumbline.dev/replace': 'when-immutable' });

const statefulSet = (storage: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    serviceName: 'db',
    replicas: 1,
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: { containers: [{ name: 'db', image: 'example.com/db:1' }] },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage } } },
      },
    ],
  },
});

const claim = (storageClassName: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
});

const selecting = (app: string) =>
  change(deployment('web'), (spec) => {
    spec.selector = { matchLabels: { app } };
    spec.template = { metadata: { labels: { app } }, spec: { containers: [{ name: 'web', image: 'x:1' }] } };
  });

const at = (clusterIP: string) =>
  change(service('web'), (spec) => {
    spec.clusterIP = clusterIP;
  });

describe('fault 43: what can not be changed once it exists', () => {
  const cases: [string, KubernetesObject, KubernetesObject, RegExp][] = [
    [
      "a Deployment's selector",
      selecting('web'),
      selecting('other'),
      /: can't be changed once the object exists: spec\.selector\.matchLabels\.app \(it is "web", Git has "other"\)\. Set it back/,
    ],
    [
      "a StatefulSet's volumeClaimTemplates",
      statefulSet('1Gi'),
      statefulSet('2Gi'),
      /: spec\.volumeClaimTemplates\[0\]\.spec\.resources\.requests\.storage \(it is "1Gi", Git has "2Gi"\)\. Set it back/,
    ],
    [
      "a Job's template",
      job('migrate'),
      job('migrate', {}, 'example.com/job:2'),
      /: spec\.template\.spec\.containers\[0\]\.image \(it is "example\.com\/job:1", Git has "example\.com\/job:2"\)\. Set it back/,
    ],
    [
      "a Service's clusterIP",
      service('web'),
      at('None'),
      /: spec\.clusterIP \(it is "[\d.]+", Git has "None"\)\. Set it back/,
    ],
  ];

  it.each(cases)('%s: named, and replaced only if that is said', async (_, before, after, words) => {
    const world = await open();
    const { apiVersion, kind, metadata } = before;
    const uid = async () => (await world.live(apiVersion, kind, metadata.name))?.metadata.uid;
    expect(await settled(world, [before])).toMatchObject({ phase: 'healthy' });
    const first = await uid();
    expect(await settled(world, [after])).toMatchObject({ phase: 'failed' });
    expect(await messages(world)).toEqual([expect.stringMatching(words)]);
    expect(await uid()).toBe(first);
    expect(await settled(world, [replaceable(after)])).toMatchObject({ phase: 'healthy', problems: [] });
    expect(await uid()).not.toBe(first);
    expect(await world.inventory()).toMatchObject([{ kind, uid: await uid() }]);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
  });

  it('a volume claim: never replaced, whatever its annotation says', async () => {
    const world = await open();
    expect(await settled(world, [claim('gp3')])).toMatchObject({ phase: 'healthy' });
    const before = await world.live('v1', 'PersistentVolumeClaim', 'data');
    expect(await applied(world, [replaceable(claim('other'))])).toMatchObject({ phase: 'failed' });
    expect((await messages(world))[0]).toMatch(
      /: spec\.storageClassName \(it is "gp3", Git has "other"\)\. Set it back: it holds data/,
    );
    expect((await world.live('v1', 'PersistentVolumeClaim', 'data'))?.metadata.uid).toBe(before?.metadata.uid);
  });
});

describe('waves on a real cluster', () => {
  it('begin one after the other, and wait for what does not become ready', async () => {
    const world = await open();
    const first = annotated(deployment('first', { image: 'example.com/web:1-unready' }), {
      'plumbline.dev/wave': '-1',
    });
    const state = await settled(world, [first, deployment('second')], { timeoutSeconds: 3 });
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'health' } });
    expect((await messages(world)).at(-1)).toMatch(/Deployment ns-.*\/second waits for Deployment ns-.*\/first/);
    expect(await world.live('apps/v1', 'Deployment', 'second')).toBeUndefined();
    const mended = annotated(deployment('first'), { 'plumbline.dev/wave': '-1' });
    expect(await settled(world, [mended, deployment('second')])).toMatchObject({ phase: 'healthy' });
  });
});

describe("Helm's hooks on a real cluster", () => {
  const web = (image: string) => deployment('web', { image });
  const jobs = (world: RealWorld) => world.kubectl('get', 'job', '-o', 'jsonpath={.items[*].metadata.name}');
  const uidOf = (world: RealWorld, name: string) => world.kubectl('get', 'job', name, '-o', 'jsonpath={.metadata.uid}');

  it('install, upgrade and delete', async () => {
    const world = await open();
    const all = (image: string) => [
      hookJob('init', 'pre-install', { policy: 'hook-succeeded' }),
      hookJob('migrate', 'pre-install,pre-upgrade'),
      hookJob('smoke', 'post-install,post-upgrade', { policy: 'before-hook-creation,hook-succeeded' }),
      hookJob('backup', 'pre-delete'),
      web(image),
    ];
    expect(await settled(world, all('example.com/web:1'))).toMatchObject({ phase: 'healthy', counts: { objects: 1 } });
    expect(await jobs(world)).toBe('migrate');
    const first = await uidOf(world, 'migrate');
    expect(await settled(world, all('example.com/web:2'))).toMatchObject({ phase: 'healthy' });
    expect(await jobs(world)).toBe('migrate');
    expect(await uidOf(world, 'migrate')).not.toBe(first);
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
    await world.remove();
    for (let look = 0; look < 20 && (await world.state()) !== undefined; look += 1) await world.reconcile();
    expect(await world.state()).toBeUndefined();
    expect(await jobs(world)).toBe('');
    expect(await world.kubectl('get', 'deployment', '-o', 'name')).toBe('');
    expect(world.lines.filter(({ message }) => message === 'running a hook').map(({ event }) => event)).toEqual([
      'pre-install',
      'pre-install',
      'post-install',
      'pre-upgrade',
      'post-upgrade',
      'pre-delete',
    ]);
  });

  it('that fail hold everything else back, in the words of their pods', async () => {
    const world = await open();
    const failing = hookJob('migrate', 'pre-install', { image: 'example.com/job:1-crash' });
    expect(await settled(world, [failing, web('example.com/web:1')])).toMatchObject({
      phase: 'failed',
      next: { why: 'retry', attempt: 1 },
    });
    const [problem] = await messages(world);
    expect(problem).toMatch(/\/migrate: the pre-install hook failed: BackoffLimitExceeded: Job has reached/);
    expect(problem).toMatch(/; pod migrate-\w+: container job ended with exit code 1 \(Error\)/);
    expect(await world.live('apps/v1', 'Deployment', 'web')).toBeUndefined();
    const mended = hookJob('migrate', 'pre-install');
    expect(await settled(world, [mended, web('example.com/web:1')])).toMatchObject({ phase: 'healthy' });
  });

  it('that take longer than a run are followed by the next one, and not made twice', async () => {
    const world = await open();
    const slow = hookJob('migrate', 'pre-install', { image: 'example.com/job:1-unready' });
    await world.commit([slow, web('example.com/web:1')]);
    const begun = Date.now();
    await world.reconcile('apply', { remaining: () => 3_000 - (Date.now() - begun) });
    expect(await world.state()).toMatchObject({ phase: 'progressing' });
    const uid = await uidOf(world, 'migrate');
    expect(uid).not.toBe('');
    const again = Date.now();
    await world.reconcile('apply', { remaining: () => 3_000 - (Date.now() - again) });
    expect(await uidOf(world, 'migrate')).toBe(uid);
    expect(world.lines.filter(({ message }) => message === 'running a hook')).toHaveLength(1);
  });
});

describe('who an object belongs to, on a real cluster', () => {
  it('is refused by name, even where two applications want just the same', async () => {
    const world = await open();
    await applied(world, [configMap('shared')]);
    const resource = world.resources.find('v1', 'ConfigMap');
    if (resource === undefined) throw new Error('no ConfigMaps');
    const theirs = (await world.live('v1', 'ConfigMap', 'shared'))?.metadata.labels ?? {};
    const labels = { ...theirs, 'plumbline.dev/application': 'other.one' };
    const object = { ...configMap('twice'), metadata: { name: 'twice', namespace: world.namespace, labels } };
    await world.admin.apply(resource, object, { manager: 'plumbline:other/one', force: true, dryRun: false });
    expect(await applied(world, [configMap('shared'), configMap('twice')], { conflicts: 'force' })).toMatchObject({
      phase: 'failed',
    });
    expect((await messages(world))[0]).toMatch(/\/twice: belongs to the application other\/one /);
    await world.kubectl('label', 'configmap', 'twice', 'plumbline.dev/application=mine', '--overwrite');
    await world.reconcile();
    expect((await messages(world))[0]).toMatch(/\/twice: belongs to the application other\/one, which applies it, too/);
  });

  it('fault 38: tells field, manager and both values of a conflict', async () => {
    const world = await open();
    await applied(world, [deployment('web')]);
    const resource = world.resources.find('apps/v1', 'Deployment');
    if (resource === undefined) throw new Error('no Deployments');
    const metadata = { name: 'web', namespace: world.namespace };
    const scaled = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 5 } };
    await world.admin.apply(resource, scaled, { manager: 'scaler', force: true, dryRun: false });
    const state = await applied(world, [deployment('web', { image: 'example.com/web:2' })]);
    expect(state?.problems).toEqual([
      {
        object: `Deployment ${world.namespace}/web`,
        field: 'spec.replicas',
        message: expect.stringMatching(/^Git has 2, "scaler" has 5\. Remove it from Git/),
      },
    ]);
  });

  it('what is only to be created is left to whoever changes it', async () => {
    const world = await open();
    const once = () => annotated(configMap('once'), { 'plumbline.dev/apply': 'create-only' });
    await applied(world, [once()]);
    await world.kubectl('patch', 'configmap', 'once', '--patch', '{"data":{"a":"theirs"}}');
    await world.reconcile('check');
    expect(await applied(world, [annotated(once(), { note: 'new' })])).toMatchObject({ phase: 'healthy' });
    expect((await world.live('v1', 'ConfigMap', 'once'))?.data).toEqual({ a: 'theirs' });
    await world.kubectl('delete', 'configmap', 'once');
    await world.reconcile('check');
    expect((await world.live('v1', 'ConfigMap', 'once'))?.data).toEqual({ a: '1' });
  });
});
