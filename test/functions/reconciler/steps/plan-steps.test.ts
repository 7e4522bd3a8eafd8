import { describe, expect, it } from 'vitest';
import { beginHooks, type HookRun } from '../../../../functions/reconciler/hooks/hook-run.ts';
import { isHook, prepareArtifact } from '../../../../functions/reconciler/prepared.ts';
import { planRemoval } from '../../../../functions/reconciler/steps/plan-removal.ts';
import type { Step } from '../../../../functions/reconciler/steps/plan-steps.ts';
import { planWork } from '../../../../functions/reconciler/steps/plan-work.ts';
import { type Inventory, type InventoryEntry, keyOfEntry } from '../../../../shared/artifacts/inventory.ts';
import { indexResources } from '../../../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../../../shared/manifests/object.ts';
import { fakeResources } from '../../../fakes/fake-kinds.ts';
import { configMap, deployment, hookJob } from '../../../support/manifests.ts';

const settings = { cluster: 'main', namespace: 'n', conflicts: 'fail', drift: 'correct', rules: [] } as const;

function prepare(manifests: readonly KubernetesObject[]) {
  const { prepared } = prepareArtifact(
    manifests.map((object) => ({ object })),
    {
      name: { environment: 'staging', application: 'web' },
      settings: { ...settings, rules: [] },
      resources: indexResources(fakeResources),
    },
  );
  return { prepared: prepared.filter((each) => !isHook(each)), hooks: prepared.filter(isHook) };
}

/** As if these objects stood in the cluster as Git has them. */
const inventoryOf = (manifests: readonly KubernetesObject[], more: InventoryEntry[] = []): Inventory =>
  new Map([
    ...prepare(manifests).prepared.map(({ key, identity, object, desired }) => {
      const { kind, namespace, name } = identity;
      return [key, { apiVersion: object.apiVersion, kind, namespace, name, uid: name, desired }] as const;
    }),
    ...more.map((entry) => [keyOfEntry(entry), entry] as const),
  ]);

const entry = (name: string, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'n',
  name,
  uid: name,
  ...more,
});
const madeBy = (name: string) => entry(name, { apiVersion: 'batch/v1', kind: 'Job', hook: true });

const inWave = (wave: number, object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { 'plumbline.dev/wave': String(wave) } },
});

/** `apply a b`, `await a`, `pre-install x`, `prune y`. */
function told(step: Step): string {
  switch (step.do) {
    case 'apply':
      return `apply ${step.objects.map(({ identity }) => identity.name).join(' ')}`;
    case 'await':
      return `await ${step.keys.map((key) => key.split('/').at(-1)).join(' ')}`;
    case 'hooks':
      return `${step.event} ${step.hooks.map(({ identity }) => identity.name).join(' ')}`;
    case 'prune':
      return `prune ${step.entries.map(({ name }) => name).join(' ')}`;
  }
}

type State = { hooks?: HookRun; applied?: string };

function plan(manifests: readonly KubernetesObject[], inventory: Inventory, state: State = {}, isPruned = true) {
  const known = { inventory, state, digest: 'new', sequence: 7, isAdopted: false };
  const work = planWork({ ...prepare(manifests), ...known, isPruned });
  return { ...work, told: work.steps.map(told) };
}

const hooks = [hookJob('pre', 'pre-install,pre-upgrade'), hookJob('post', 'post-install,post-upgrade')];
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } };
const objects = [configMap('a'), inWave(1, deployment('b')), inWave(-1, configMap('c')), namespace];

describe('the steps of an apply', () => {
  it('are none where nothing is to be done', () => {
    expect(plan(objects, inventoryOf(objects)).told).toEqual([]);
  });

  it('are one where everything changes in one wave', () => {
    expect(plan([configMap('a'), configMap('b')], new Map()).told).toEqual(['apply a b']);
  });

  it('go from definitions and hooks over waves and pruning to hooks', () => {
    const inventory = inventoryOf([], [entry('gone')]);
    expect(plan([...objects, ...hooks], inventory).told).toEqual([
      'apply n',
      'pre-install pre',
      'apply c',
      'await c',
      'apply a',
      'await c a',
      'apply b',
      'prune gone',
      'await a b c n',
      'post-install post',
    ]);
  });

  it('look only at what is below the wave that changes', () => {
    const before = inventoryOf([configMap('a'), inWave(-1, configMap('c')), namespace]);
    expect(plan(objects, before).told).toEqual(['await c a', 'apply b']);
  });

  it('wait for no claim, which may wait for a pod of a higher wave itself', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
    expect(plan([inWave(-1, claim), configMap('a'), inWave(1, deployment('b'))], new Map()).told).toEqual([
      'apply data',
      'apply a',
      'await a',
      'apply b',
    ]);
  });

  it('have the definition that names a wave in that wave', () => {
    expect(plan([inWave(-2, configMap('first')), inWave(-1, namespace)], new Map()).told).toEqual([
      'apply first',
      'await first',
      'apply n',
    ]);
  });

  it('prune nothing where that is off', () => {
    expect(plan([configMap('a')], inventoryOf([], [entry('gone')]), {}, false).told).toEqual(['apply a']);
  });

  it('leave out hooks that are done, unless something of theirs is to be cleared away', () => {
    const run: HookRun = {
      event: 'upgrade',
      artifact: 'new',
      sequence: 6,
      attempt: 1,
      done: ['pre-upgrade batch/Job/n/pre'],
    };
    const again = (policy: string, inventory = inventoryOf([])) =>
      plan([configMap('a'), hookJob('pre', 'pre-upgrade', { policy })], inventory, { hooks: run, applied: 'old' }).told;
    expect(again('')).toEqual(['apply a']);
    expect(again('hook-succeeded')).toEqual(['apply a']);
    expect(again('hook-succeeded', inventoryOf([], [madeBy('pre')]))).toEqual(['pre-upgrade pre', 'apply a']);
  });

  it('prune what hooks have made that are there no more, or that a deletion had before it was taken back', () => {
    const inventory = inventoryOf([configMap('a')], [madeBy('pre'), madeBy('backup'), madeBy('old')]);
    const manifests = [configMap('a'), hookJob('pre', 'pre-install'), hookJob('backup', 'pre-delete')];
    expect(plan(manifests, inventory, { applied: 'old' }).told).toEqual(['prune backup old']);
  });

  it('leave to a hook what was an object before', () => {
    const job = { ...entry('pre'), apiVersion: 'batch/v1', kind: 'Job' };
    expect(plan(hooks, inventoryOf([], [job])).told).toEqual(['pre-install pre', 'post-install post']);
  });

  it('fault 48: are announced with what hooks will make', () => {
    const { announced } = plan([configMap('a'), ...hooks], inventoryOf([], [entry('gone')]));
    expect([...announced.values()].map(({ name, hook, leaving }) => ({ name, hook, leaving }))).toEqual([
      { name: 'gone', hook: undefined, leaving: true },
      { name: 'a', hook: undefined, leaving: undefined },
      { name: 'pre', hook: true, leaving: undefined },
      { name: 'post', hook: true, leaving: undefined },
    ]);
  });
});

describe('the event that an apply is', () => {
  const begin = (state: State) => beginHooks({ state, digest: 'new', sequence: 7 });
  const run = (changes: Partial<HookRun>): HookRun => ({
    event: 'install',
    artifact: 'old',
    sequence: 3,
    attempt: 2,
    done: ['pre-install x'],
    ...changes,
  });

  it.each<[string, State, Partial<HookRun>]>([
    ['an installation, at first', {}, { event: 'install', sequence: 7, attempt: 1, done: [] }],
    ['an upgrade, once it was applied', { applied: 'old' }, { event: 'upgrade', sequence: 7, done: [] }],
    ['what was begun for the artifact', { hooks: run({ artifact: 'new' }) }, run({ artifact: 'new' })],
    [
      'the same installation for a newer artifact',
      { hooks: run({}) },
      { event: 'install', artifact: 'new', sequence: 7, attempt: 1, done: ['pre-install x'] },
    ],
    [
      'another upgrade for a newer artifact',
      { hooks: run({ event: 'upgrade' }), applied: 'older' },
      { event: 'upgrade', artifact: 'new', sequence: 7, attempt: 1, done: [] },
    ],
    [
      'an upgrade for one that was applied before another was tried',
      { hooks: run({ event: 'upgrade' }), applied: 'new' },
      { event: 'upgrade', artifact: 'new', sequence: 7, done: [] },
    ],
    [
      'an installation after a deletion that was taken back',
      { hooks: run({ event: 'delete', artifact: 'new' }) },
      { event: 'install', artifact: 'new', sequence: 7, done: [] },
    ],
    [
      'an upgrade where one was begun, though none was finished',
      { hooks: run({ event: 'upgrade' }) },
      { event: 'upgrade', artifact: 'new', sequence: 7, attempt: 1, done: [] },
    ],
  ])('is %s', (_, state, expected) => {
    expect(begin(state)).toMatchObject(expected);
  });

  it('is an upgrade of what another tool had installed', () => {
    expect(beginHooks({ state: {}, digest: 'new', sequence: 7, isAdopted: true })).toMatchObject({ event: 'upgrade' });
  });
});

describe('the steps of a deletion', () => {
  const deletion = [hookJob('backup', 'pre-delete'), hookJob('goodbye', 'post-delete')];
  const remove = (inventory: Inventory, state: State = { applied: 'old' }) => {
    const removal = planRemoval({ state, sequence: 9, inventory, hooks: prepare(deletion).hooks });
    return { ...removal, told: removal.steps.map(told) };
  };

  it('go from hooks over everything else to hooks, and what these have made', () => {
    const removal = remove(inventoryOf([configMap('a')], [madeBy('pre')]));
    expect(removal.told).toEqual(['pre-delete backup', 'prune a pre', 'post-delete goodbye', 'prune backup goodbye']);
    expect(removal.hooks).toEqual({ event: 'delete', artifact: 'old', sequence: 9, attempt: 1, done: [] });
  });

  it('go on with what was begun', () => {
    const done = ['pre-delete batch/Job/n/backup'];
    const hooks: HookRun = { event: 'delete', artifact: 'old', sequence: 8, attempt: 3, done };
    const removal = remove(inventoryOf([], [madeBy('backup')]), { hooks });
    expect(removal.told).toEqual(['post-delete goodbye', 'prune backup goodbye']);
    expect(removal.hooks).toEqual(hooks);
  });
});
