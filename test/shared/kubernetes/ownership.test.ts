import { describe, expect, it } from 'vitest';
import type { LiveObject, ManagedFields } from '../../../shared/kubernetes/live-object.ts';
import { hashOwned, isAppliedBy } from '../../../shared/kubernetes/ownership.ts';

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

  it('says nothing of what is ignored: its value, or whose it is', () => {
    const both = apply(manager, { 'f:data': { 'f:a': {}, 'f:b': {} } });
    const ignoring = (each: LiveObject) =>
      hashOwned(each, manager, { additions: 'undo', ignore: { fields: ['/data/b'], managers: [] } });
    expect(ignoring(object([both], { a: '1', b: 'other' }))).toBe(ignoring(object([ours])));
    expect(ignoring(object([both], { a: 'other', b: '2' }))).not.toBe(ignoring(object([ours])));
  });

  it('says nothing of an ignored part of a list that is owned as a whole', () => {
    const whole = apply(manager, { 'f:data': {} });
    const ignoring = (data: Record<string, string>) =>
      hashOwned(object([whole], data), manager, { additions: 'undo', ignore: { fields: ['/data/b'], managers: [] } });
    expect(ignoring({ a: '1', b: 'other' })).toBe(ignoring({ a: '1', b: '2' }));
    expect(ignoring({ a: 'other', b: '2' })).not.toBe(ignoring({ a: '1', b: '2' }));
  });

  it('is empty where we own nothing', () => {
    expect(hashOwned(object([apply('somebody', { 'f:data': {} })]), manager)).toBe('');
  });
});

it('knows whether we ever applied an object', () => {
  expect(isAppliedBy(object([ours]), manager)).toBe(true);
  expect(isAppliedBy(object([update(manager), apply('x')]), manager)).toBe(false);
});
