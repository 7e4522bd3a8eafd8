import { describe, expect, it } from 'vitest';
import type { LiveObject, ManagedFields } from '../../../shared/kubernetes/live-object.ts';
import { foreignFields, hashOwned, isAppliedBy, isUndone, takeOver } from '../../../shared/kubernetes/ownership.ts';

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

describe('the hash of what we own', () => {
  const hash = hashOwned(object([ours]), manager);

  it('stays while others change what is theirs', () => {
    expect(hashOwned(object([ours, update('x')], { a: '1', b: 'other' }), manager)).toBe(hash);
  });

  it('changes with a value of ours', () => {
    expect(hashOwned(object([ours], { a: 'other' }), manager)).not.toBe(hash);
  });

  it('changes when a field is taken from us, even at the same value', () => {
    const less = apply(manager, { 'f:metadata': { 'f:labels': {} } });
    expect(hashOwned(object([less]), manager)).not.toBe(hash);
  });

  it('is empty where we own nothing', () => {
    expect(hashOwned(object([apply('somebody', { 'f:data': {} })]), manager)).toBe('');
  });
});

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
      controller,
      { ...ours, fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } } },
    ]);
  });

  it('makes an entry of ours where there is none', () => {
    const theirs = update('kubectl-create', { 'f:data': { 'f:b': {} } });
    expect(takeOver(object([theirs]), manager)).toEqual([
      { manager, operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:b': {} } } },
    ]);
  });
});

it('knows whether we ever applied an object', () => {
  expect(isAppliedBy(object([ours]), manager)).toBe(true);
  expect(isAppliedBy(object([update(manager), apply('x')]), manager)).toBe(false);
});
