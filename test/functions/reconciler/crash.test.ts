import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { doneJob, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, deployment, hookJob, service } from '../../support/manifests.ts';
import { createMortalWorld } from '../../support/mortal-world.ts';
import type { World } from '../../support/reconciler-world.ts';

const live = (server: FakeApiServer) => [...server.objects.values()].map(described).sort();
const described = ({ kind, metadata, data, spec }: KubernetesObject) =>
  `${kind}/${metadata.name} ${JSON.stringify(data ?? (spec as { selector?: unknown } | undefined)?.selector ?? '')}`;

async function inventoryOf(world: World) {
  return (await world.inventory()).map(({ kind, name }) => `${kind}/${name}`).sort();
}

const names = (manifests: readonly KubernetesObject[]) =>
  manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();

const annotated = (object: KubernetesObject, annotations: Record<string, string>): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});
const inWave = (wave: number, object: KubernetesObject) => annotated(object, { 'plumbline.dev/wave': String(wave) });

function selecting(app: string): KubernetesObject {
  const object = annotated(deployment('web'), { 'plumbline.dev/replace': 'when-immutable' });
  return { ...object, spec: { ...(object.spec as object), selector: { matchLabels: { app } } } };
}

const common = [configMap('same'), deployment('web'), service('web')];
const first = [...common, configMap('changes'), configMap('goes')];
const second = [...common, configMap('changes', { a: '2' }), configMap('comes')];
const third = [...common, configMap('changes', { a: '3' })];

/** `hooks` are those that are left when all is done. */
type Content = { manifests: KubernetesObject[]; left?: KubernetesObject[]; namespace?: string } | 'removed';

const waves = (data: string): Content => ({
  manifests: [
    inWave(-1, deployment('db')),
    configMap('settings', { data }),
    inWave(1, deployment('web')),
    inWave(2, configMap(`only-${data}`)),
  ],
});

const migrate = hookJob('migrate', 'pre-install,pre-upgrade');
const smoke = hookJob('smoke', 'post-install,post-upgrade', { policy: 'hook-succeeded' });
const init = hookJob('init', 'pre-install', { policy: 'hook-succeeded', weight: -1 });
const backup = hookJob('backup', 'pre-delete');
const goodbye = hookJob('goodbye', 'post-delete', { policy: 'hook-succeeded' });
const hooked = (data: string): Content => ({
  manifests: [configMap('settings', { data }), init, migrate, smoke, backup, goodbye],
  left: [migrate],
});

const plain = (manifests: KubernetesObject[]): Content => ({ manifests });
const once = (data: string) =>
  plain([annotated(configMap('once', { data }), { 'plumbline.dev/apply': 'create-only' }), configMap('a', { data })]);

type Story = {
  name: string;
  /** What people have made before. */
  made?: KubernetesObject[];
  prepare?: Content;
  during: Content;
  next: Content;
  /** How often each hook may be run, over all of it. Default: none is there. */
  hooks?: Record<string, number>;
};

const stories: Story[] = [
  { name: 'a first apply is finished', during: plain(first), next: plain(first) },
  { name: 'an update is finished', prepare: plain(first), during: plain(second), next: plain(second) },
  { name: 'an update is superseded', prepare: plain(first), during: plain(second), next: plain(third) },
  { name: 'an update is rolled back', prepare: plain(first), during: plain(second), next: plain(first) },
  {
    name: 'other settings are taken back',
    prepare: plain(first),
    during: { manifests: first, namespace: 'elsewhere' },
    next: plain(first),
  },
  { name: 'a removal is finished', prepare: plain(first), during: 'removed', next: 'removed' },
  { name: 'a removal is taken back', prepare: plain(first), during: 'removed', next: plain(first) },
  { name: 'a first apply is taken back', during: plain(first), next: 'removed' },
  { name: 'waves are finished', during: waves('1'), next: waves('1') },
  { name: 'an update in waves is finished', prepare: waves('1'), during: waves('2'), next: waves('2') },
  { name: 'an update in waves is superseded', prepare: waves('1'), during: waves('2'), next: waves('3') },
  { name: 'an update in waves is rolled back', prepare: waves('1'), during: waves('2'), next: waves('1') },
  { name: 'waves are removed', prepare: waves('1'), during: 'removed', next: 'removed' },
  {
    name: 'an installation with hooks is finished',
    during: hooked('1'),
    next: hooked('1'),
    hooks: { init: 1, migrate: 1, smoke: 1 },
  },
  {
    name: 'an upgrade with hooks is finished',
    prepare: hooked('1'),
    during: hooked('2'),
    next: hooked('2'),
    hooks: { init: 1, migrate: 2, smoke: 2 },
  },
  {
    name: 'an upgrade with hooks is superseded',
    prepare: hooked('1'),
    during: hooked('2'),
    next: hooked('3'),
    hooks: { init: 1, migrate: 3, smoke: 3 },
  },
  {
    name: 'an upgrade that drops its hooks is finished',
    prepare: hooked('1'),
    during: plain(first),
    next: plain(first),
    hooks: { init: 1, migrate: 1, smoke: 1 },
  },
  {
    name: 'a removal with hooks is finished',
    prepare: hooked('1'),
    during: 'removed',
    next: 'removed',
    hooks: { init: 1, migrate: 1, smoke: 1, backup: 1, goodbye: 1 },
  },
  {
    name: 'a removal with hooks is taken back',
    prepare: hooked('1'),
    during: 'removed',
    next: hooked('1'),
    hooks: { init: 2, migrate: 2, smoke: 2, backup: 1, goodbye: 1 },
  },
  {
    name: 'a replacement is finished',
    prepare: plain([selecting('a'), configMap('a')]),
    during: plain([selecting('b'), configMap('a')]),
    next: plain([selecting('b'), configMap('a')]),
  },
  {
    name: 'a replacement is superseded',
    prepare: plain([selecting('a'), configMap('a')]),
    during: plain([selecting('b'), configMap('a')]),
    next: plain([selecting('c'), configMap('b')]),
  },
  {
    name: 'a replacement is rolled back',
    prepare: plain([selecting('a'), configMap('a')]),
    during: plain([selecting('b'), configMap('a')]),
    next: plain([selecting('a'), configMap('a')]),
  },
  {
    name: 'a taking over is finished',
    made: [configMap('changes', { a: '1', b: 'by hand' }, { namespace: 'staging' })],
    during: plain(first),
    next: plain(first),
  },
  {
    name: 'a taking over is superseded',
    made: [configMap('changes', { a: '1', b: 'by hand' }, { namespace: 'staging' })],
    during: plain(first),
    next: plain(third),
  },
  { name: 'what is made once is finished', during: once('1'), next: once('1') },
  { name: 'what is made once is removed', prepare: once('1'), during: 'removed', next: 'removed' },
];

async function commit(world: World, content: Content) {
  if (content === 'removed') return world.remove();
  const { manifests, namespace = 'staging' } = content;
  return world.commit(manifests, { allowedNamespaces: ['staging', 'elsewhere'], pruneLimit: 100, namespace });
}

/** What stands in the end: everything but hooks, and what these leave. */
function standing(content: Content): KubernetesObject[] {
  if (content === 'removed') return [];
  const { manifests, left = [] } = content;
  return [...manifests.filter(({ kind }) => kind !== 'Job'), ...left];
}

/** How often each Job was made: an apply of one that is there already changes nothing. */
function countJobs(server: FakeApiServer): Record<string, number> {
  const counts: Record<string, number> = {};
  const made = server.requests.filter(({ method, path }) => method === 'PATCH' && path.includes('/jobs/'));
  for (const { path } of made) {
    const name = path.split('?')[0]?.split('/').at(-1) ?? '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A Job is under way when it is looked at first. */
function jobsTakeALook(server: FakeApiServer) {
  server.job = (object) => (object.status === undefined ? { active: 1 } : doneJob);
}

/** Dies at every step of a story in turn, lets the next run finish, and looks what is left. Returns how many steps there were. */
async function dieEverywhere(story: Story, after: boolean): Promise<number> {
  const { made = [], prepare, during, next, hooks = {} } = story;
  for (let step = 1; ; step += 1) {
    const { server, world, reconcileUntil } = await createMortalWorld();
    jobsTakeALook(server);
    for (const object of made) server.make(object);
    if (prepare !== undefined) {
      await commit(world, prepare);
      await world.reconcile();
    }
    await commit(world, during);
    if (!(await reconcileUntil(step, after))) return step - 1;
    await commit(world, next);
    await world.reconcile();
    const when = `after dying at step ${step}`;
    const wanted = standing(next);
    expect(live(server), `cluster ${when}`).toEqual(wanted.map(described).sort());
    expect(await inventoryOf(world), `inventory ${when}`).toEqual(names(wanted));
    const counts = countJobs(server);
    for (const [name, count] of Object.entries(counts))
      expect(count, `${name} ${when}`).toBeLessThanOrEqual(hooks[name] ?? 0);
    if (next === during) expect(counts, `hooks ${when}`).toEqual(hooks);
    if (next !== 'removed') expect(await world.state()).toMatchObject({ phase: 'healthy' });
  }
}

describe.each(stories)('fault 48: killed anywhere, $name', (story) => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s each effect', async (_, after) => {
    expect(await dieEverywhere(story, after)).toBeGreaterThan(4);
  });
});
