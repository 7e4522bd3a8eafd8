import { describe, expect, it } from 'vitest';
import { announce, findSuspicion, planApply } from '../../../functions/reconciler/plan-apply.ts';
import { decidePrune } from '../../../functions/reconciler/plan-prune.ts';
import type { Prepared } from '../../../functions/reconciler/prepared.ts';
import {
  type Inventory,
  type InventoryEntry,
  keyOfEntry,
  parseInventory,
  printInventory,
} from '../../../shared/artifacts/inventory.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';

const entry = (name: string, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'n',
  name,
  uid: `uid-${name}`,
  desired: 'same',
  live: 'live',
  ...more,
});

const inventoryOf = (...entries: InventoryEntry[]): Inventory =>
  new Map(entries.map((each) => [keyOfEntry(each), each]));

const prepared = (name: string, desired = 'same'): Prepared => ({
  key: `/ConfigMap/n/${name}`,
  identity: { group: '', kind: 'ConfigMap', namespace: 'n', name },
  resource: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] },
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n' } },
  policy: {
    conflicts: 'fail',
    drift: 'correct',
    apply: 'always',
    replace: false,
    prune: 'default',
    additions: 'undo',
    wave: 0,
    ignore: { fields: [], managers: [] },
  },
  desired,
  source: undefined,
});

const names = (list: readonly { name?: string; identity?: { name: string } }[]) =>
  list.map(({ name, identity }) => name ?? identity?.name);

describe('planning an apply', () => {
  const inventory = inventoryOf(
    entry('same'),
    entry('changed', { desired: 'other' }),
    entry('uncertain', { desired: undefined }),
    entry('back', { leaving: true }),
    entry('gone'),
  );
  const plan = planApply(
    ['same', 'changed', 'uncertain', 'back', 'new'].map((name) => prepared(name)),
    inventory,
  );

  it('sends what is new, changed, uncertain or on its way out', () => {
    expect(names(plan.send)).toEqual(['changed', 'uncertain', 'back', 'new']);
    expect(names(plan.unchanged)).toEqual(['same']);
    expect(names(plan.gone)).toEqual(['gone']);
  });

  it('fault 48: announces the union, and that nothing is certain about what will be written', () => {
    const announced = announce(plan, inventory);
    const of = (name: string) => announced.get(`/ConfigMap/n/${name}`);
    expect([...announced.keys()].sort()).toEqual(
      ['back', 'changed', 'gone', 'new', 'same', 'uncertain'].map((name) => `/ConfigMap/n/${name}`),
    );
    expect(of('same')).toEqual(entry('same'));
    expect(of('gone')).toEqual(entry('gone', { leaving: true }));
    expect(of('changed')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'n',
      name: 'changed',
      uid: 'uid-changed',
    });
    expect(of('new')).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'new' });
  });

  it('survives being stored', () => {
    const announced = announce(plan, inventory);
    expect(parseInventory(printInventory(announced))).toEqual(
      new Map([...announced].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
  });
});

describe('fault 36: a suspicious prune', () => {
  const letters = (count: number, start = 0) => Array.from({ length: count }, (_, index) => `o${start + index}`);
  const suspicionOf = (owned: number, kept: number, added: number, limit?: number) => {
    const inventory = inventoryOf(...letters(owned).map((name) => entry(name)));
    const plan = planApply(
      [...letters(kept), ...letters(added, 1000)].map((name) => prepared(name)),
      inventory,
    );
    return findSuspicion(plan, inventory, limit) !== undefined;
  };

  it.each([
    ['nothing goes', 10, 10, 0, undefined, false],
    ['half goes', 10, 5, 0, undefined, false],
    ['more than half goes', 10, 4, 0, undefined, true],
    ['more than half goes, and as much comes', 10, 4, 6, undefined, true],
    ['few go', 4, 0, 4, undefined, false],
    ['everything goes, and nothing comes', 2, 0, 0, undefined, true],
    ['more than half goes, and that is meant', 10, 1, 0, 100, false],
    ['everything goes, and that is meant', 10, 0, 0, 100, false],
    ['a tenth goes where none should', 50, 45, 0, 0, true],
  ])('%s', (_, owned, kept, added, limit, held) => {
    expect(suspicionOf(owned, kept, added, limit)).toBe(held);
  });
});

describe('fault 49: whether an object is pruned', () => {
  const name = { environment: 'staging', application: 'web' };
  const ours = [{ manager: 'plumbline:staging/web', operation: 'Apply', fieldsV1: {} }];
  const object = (metadata: object = {}, kind = 'ConfigMap'): LiveObject => ({
    apiVersion: 'v1',
    kind,
    metadata: {
      name: 'a',
      uid: 'u',
      resourceVersion: '1',
      labels: { 'plumbline.dev/application': 'staging.web' },
      managedFields: ours,
      ...metadata,
    },
  });
  const prune = (annotation: string) => ({ annotations: { 'plumbline.dev/prune': annotation } });

  it.each<[string, LiveObject, string | undefined, boolean, 'delete' | 'forget']>([
    ['ours', object(), 'u', false, 'delete'],
    ['ours, of which the uid was never learnt', object(), undefined, false, 'delete'],
    ['ours, made anew by us', object({ uid: 'v' }), 'u', false, 'delete'],
    ['made anew by somebody else', object({ uid: 'v', managedFields: [] }), 'u', false, 'forget'],
    ['without our label', object({ labels: {} }), 'u', false, 'forget'],
    [
      "with another application's label",
      object({ labels: { 'plumbline.dev/application': 'staging.other' } }),
      'u',
      false,
      'forget',
    ],
    ['annotated to be kept', object(prune('keep')), 'u', false, 'forget'],
    ['annotated to be kept, with its application gone', object(prune('keep')), 'u', true, 'forget'],
    ['data that Git dropped', object({}, 'PersistentVolumeClaim'), 'u', false, 'delete'],
    ['data, with its application gone', object({}, 'PersistentVolumeClaim'), 'u', true, 'forget'],
    ['data that may go with its application', object(prune('delete'), 'PersistentVolumeClaim'), 'u', true, 'delete'],
    ['a namespace, with its application gone', object({}, 'Namespace'), 'u', true, 'forget'],
  ])('%s', (_, live, uid, isRemoval, expected) => {
    expect(decidePrune({ live, uid, name, isRemoval }).do).toBe(expected);
  });
});
