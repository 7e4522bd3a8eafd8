import { describe, expect, it } from 'vitest';
import { foreignFields, isUndone, takeOver, withoutOthers } from '../../../shared/kubernetes/additions.ts';
import type { LiveObject, ManagedFields } from '../../../shared/kubernetes/live-object.ts';
import type { Tolerance } from '../../../shared/kubernetes/object-policy.ts';

const manager = 'plumbline:staging/web';
const apply = (name: string, fieldsV1 = {}): ManagedFields => ({
  manager: name,
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsV1,
});
const update = (name: string, fieldsV1 = {}, more = {}): ManagedFields => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsV1,
  ...more,
});

const object = (managedFields: ManagedFields[], data: Record<string, string> = { a: '1', b: '2' }): LiveObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', uid: 'u', resourceVersion: '1', managedFields },
  data,
});

const ours = apply(manager, { 'f:data': { 'f:a': {} } });

describe('the undo list', () => {
  it.each([
    ['kubectl', true],
    ['kubectl-edit', true],
    ['kubectl-client-side-apply', true],
    ['before-first-apply', true],
    ['helm', false],
    ['kube-controller-manager', false],
    ['plumbline:other/app', false],
  ])('%s: %s', (name, undone) => {
    expect(isUndone(name)).toBe(undone);
  });

  it('names what its managers added, by whom and when', () => {
    const theirs = update('kubectl-edit', { 'f:data': { 'f:a': {}, 'f:b': {} } }, { time: '2026-11-21T12:00:00Z' });
    expect(foreignFields(object([ours, theirs]), manager)).toEqual([
      { path: 'data.b', value: '2', manager: 'kubectl-edit', time: '2026-11-21T12:00:00Z' },
    ]);
  });

  it("leaves what the API server enforces on a namespace's pods to administrators", () => {
    const label = 'pod-security.kubernetes.io/enforce';
    const theirs = update('kubectl', { 'f:metadata': { 'f:labels': { [`f:${label}`]: {}, 'f:team': {} } } });
    const live = object([ours, theirs]);
    live.metadata.labels = { [label]: 'baseline', team: 'a' };
    expect(foreignFields(live, manager).map(({ value }) => value)).toEqual(['a']);
    expect(withoutOthers(live, live, manager).metadata.labels).toEqual({ team: 'a' });
  });

  it('leaves controllers, the status and shared fields alone', () => {
    const entries = [
      ours,
      update('kube-controller-manager', { 'f:data': { 'f:b': {} } }),
      update('kubectl', { 'f:status': { 'f:phase': {} } }, { subresource: 'status' }),
      update('kubectl', { 'f:data': { 'f:a': {} } }),
    ];
    expect(foreignFields(object(entries), manager)).toEqual([]);
  });
});

describe('taking over', () => {
  it('moves the entries of the undo list into ours and keeps all others', () => {
    const controller = update('kube-controller-manager', { 'f:status': {} }, { subresource: 'status' });
    const theirs = update('kubectl-edit', { 'f:data': { 'f:b': {} }, 'f:status': { 'f:x': {} } });
    expect(takeOver(object([theirs, ours, controller]), manager)).toEqual([
      { ...ours, fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } } },
      controller,
    ]);
  });

  it('makes an entry of ours where there is none', () => {
    const theirs = update('kubectl-create', { 'f:data': { 'f:b': {} } });
    expect(takeOver(object([theirs]), manager)).toEqual([
      { manager, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:b': {} } } },
    ]);
  });
});

describe('what others may do', () => {
  const edited = object([ours, update('kubectl-edit', { 'f:data': { 'f:b': {} } })]);
  const tolerance = (more: Partial<Tolerance['ignore']>, additions: 'undo' | 'keep' = 'undo'): Tolerance => ({
    additions,
    ignore: { fields: [], managers: [], ...more },
  });

  it.each([
    ['additions are kept', tolerance({}, 'keep')],
    ['the field is ignored', tolerance({ fields: ['/data/b'] })],
    ['the manager is ignored', tolerance({ managers: ['kubectl-*'] })],
  ])('is neither told nor undone where %s', (_, each) => {
    expect(foreignFields(edited, manager, each)).toEqual([]);
    expect(takeOver(edited, manager, each)).toEqual([ours, update('kubectl-edit', { 'f:data': { 'f:b': {} } })]);
    expect(withoutOthers(edited, edited, manager, each).data).toEqual({ a: '1' });
  });

  it('is undone beside what is ignored', () => {
    const more = object([ours, update('kubectl', { 'f:data': { 'f:b': {}, 'f:c': {} } })], { a: '1', b: '2', c: '3' });
    expect(foreignFields(more, manager, tolerance({ fields: ['/data/b'] })).map(({ path }) => path)).toEqual([
      'data.c',
    ]);
    expect(takeOver(more, manager, tolerance({ fields: ['/data/b'] }))).toEqual([
      apply(manager, { 'f:data': { 'f:a': {}, 'f:c': {} } }),
      update('kubectl', { 'f:data': { 'f:b': {} } }),
    ]);
  });

  it('includes a restart by kubectl, which undoing would repeat', () => {
    const mark = 'kubectl.kubernetes.io/restartedAt';
    const fields = {
      'f:spec': { 'f:template': { 'f:metadata': { 'f:annotations': { '.': {}, [`f:${mark}`]: {} } } } },
    };
    const restarted: LiveObject = {
      ...object([ours, update('kubectl-rollout', fields)]),
      spec: { template: { metadata: { annotations: { [mark]: '2026-11-21T12:00:00Z' } } } },
    };
    expect(foreignFields(restarted, manager)).toEqual([]);
  });
});
