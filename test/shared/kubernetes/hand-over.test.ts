import { describe, expect, it } from 'vitest';
import type { FieldSet } from '../../../shared/kubernetes/field-set.ts';
import { handOver } from '../../../shared/kubernetes/hand-over.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

const manager = 'plumbline:staging/web';

function live(content: Record<string, unknown>, ours: FieldSet, theirs: FieldSet = {}): LiveObject {
  const managedFields = [
    { manager, operation: 'Apply', fieldsV1: ours },
    { manager: 'autoscaler', operation: 'Update', subresource: 'scale', fieldsV1: theirs },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 't', uid: 'u', resourceVersion: '1', managedFields },
    ...content,
  };
}

const desired = (content: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 't' },
  ...content,
});

const sent = (git: Record<string, unknown>, object: LiveObject, ...pointers: string[]) => {
  const { apiVersion: _, kind: _k, metadata: _m, ...content } = handOver(desired(git), object, manager, pointers);
  return content;
};

const replicas: FieldSet = { 'f:spec': { 'f:replicas': {} } };
const both: FieldSet = { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } };

describe('an ignored field', () => {
  it('is sent as it stands while only we own it, whatever Git says', () => {
    const object = live({ spec: { replicas: 2, paused: false } }, both);
    expect(sent({ spec: { replicas: 7, paused: true } }, object, '/spec/replicas')).toEqual({
      spec: { replicas: 2, paused: true },
    });
    expect(sent({ spec: { paused: true } }, object, '/spec/replicas')).toEqual({ spec: { replicas: 2, paused: true } });
    expect(sent({}, object, '/spec/replicas')).toEqual({ spec: { replicas: 2 } });
  });

  it('is left out once somebody else owns it, too, whatever its value', () => {
    const shared = live({ spec: { replicas: 2 } }, replicas, replicas);
    expect(sent({ spec: { replicas: 2, paused: true } }, shared, '/spec/replicas')).toEqual({ spec: { paused: true } });
    const theirs = live({ spec: { replicas: 5 } }, {}, replicas);
    expect(sent({ spec: { replicas: 2, paused: true } }, theirs, '/spec/replicas')).toEqual({ spec: { paused: true } });
  });

  it('is sent as Git says while nobody owns it', () => {
    expect(sent({ spec: { replicas: 3 } }, live({ spec: { replicas: 1 } }, {}), '/spec/replicas')).toEqual({
      spec: { replicas: 3 },
    });
  });

  it('leaves everything else as Git says', () => {
    const object = live({ spec: { replicas: 5, paused: false } }, { 'f:spec': { 'f:paused': {} } }, replicas);
    expect(sent({ spec: { replicas: 2, paused: true } }, object, '/spec/other')).toEqual({
      spec: { replicas: 2, paused: true },
    });
  });
});

describe('an ignored field in a list', () => {
  const item = (name: string, below: FieldSet = { '.': {}, 'f:name': {}, 'f:image': {} }) => ({
    [`k:${JSON.stringify({ name })}`]: below,
  });
  const web = { name: 'web', image: 'w:1', tty: true };
  const side = { name: 'side', image: 's:1' };
  const images = '/containers/*/image';

  it('is kept or left out, item by item', () => {
    const object = live(
      { containers: [web, side] },
      { 'f:containers': { ...item('web'), ...item('side', { '.': {}, 'f:name': {} }) } },
      { 'f:containers': item('side', { 'f:image': {} }) },
    );
    const git = {
      containers: [
        { ...side, image: 's:2' },
        { ...web, image: 'w:2', tty: false },
      ],
    };
    expect(sent(git, object, images)).toEqual({ containers: [{ name: 'side' }, { ...web, tty: false }] });
  });

  it('does not bring an item back that Git dropped', () => {
    const object = live({ containers: [web, side] }, { 'f:containers': { ...item('web'), ...item('side') } });
    expect(sent({ containers: [web] }, object, images)).toEqual({ containers: [web] });
  });

  it('can be a whole item, which stays while only we own it', () => {
    const object = live({ containers: [web, side] }, { 'f:containers': { ...item('web'), ...item('side') } });
    expect(sent({ containers: [web] }, object, '/containers/1')).toEqual({ containers: [web, side] });
    const theirs = live({ containers: [web, side] }, { 'f:containers': item('web') }, { 'f:containers': item('side') });
    expect(sent({ containers: [web, side] }, theirs, '/containers/1')).toEqual({ containers: [web] });
  });

  it('is found by keys that Git need not say', () => {
    const port = 'k:{"containerPort":80,"protocol":"TCP"}';
    const object = live(
      { ports: [{ containerPort: 80, protocol: 'TCP', hostPort: 8080 }] },
      { 'f:ports': { [port]: { '.': {}, 'f:containerPort': {}, 'f:hostPort': {} } } },
    );
    expect(sent({ ports: [{ containerPort: 80 }] }, object, '/ports/*/hostPort')).toEqual({
      ports: [{ containerPort: 80, hostPort: 8080 }],
    });
  });

  it('keeps a value of a set', () => {
    const object = live({ finalizers: ['a', 'b'] }, { 'f:finalizers': { 'v:"a"': {}, 'v:"b"': {} } });
    expect(sent({ finalizers: ['a'] }, object, '/finalizers')).toEqual({ finalizers: ['a', 'b'] });
  });

  it.each([
    ['us', { 'f:http': {} }, {}],
    ['somebody else', {}, { 'f:http': {} }],
  ])('takes its live value where the list is owned as a whole, by %s', (_, ours, theirs) => {
    const object = live(
      {
        http: [
          { route: 'a', weight: 70 },
          { route: 'b', weight: 30 },
        ],
      },
      ours,
      theirs,
    );
    const git = {
      http: [
        { route: 'c', weight: 100 },
        { route: 'b', weight: 0 },
        { route: 'd', weight: 1 },
      ],
    };
    expect(sent(git, object, '/http/*/weight')).toEqual({
      http: [
        { route: 'c', weight: 70 },
        { route: 'b', weight: 30 },
        { route: 'd', weight: 1 },
      ],
    });
  });
});

it('leaves what it was given as it is', () => {
  const git = desired({ spec: { replicas: 7 } });
  const object = live({ spec: { replicas: 2 } }, replicas);
  const copies = structuredClone([git, object]);
  handOver(git, object, manager, ['/spec/replicas']);
  expect([git, object]).toEqual(copies);
});
