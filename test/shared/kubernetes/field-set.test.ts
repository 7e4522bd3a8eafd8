import { describe, expect, it } from 'vitest';
import { fieldsOf, keep, omit, pickedText, subtract, union } from '../../../shared/kubernetes/field-set.ts';

const web = 'k:{"name":"web"}';
const port = 'k:{"containerPort":80,"protocol":"TCP"}';
const object = {
  metadata: { labels: { app: 'web', other: 'x' }, finalizers: ['a', 'b'] },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    containers: [
      { name: 'side', image: 's:1' },
      { name: 'web', image: 'w:1', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] },
    ],
  },
};

describe('the text of picked values', () => {
  const set = {
    'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:finalizers': { 'v:"b"': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:containers': { [web]: { '.': {}, 'f:image': {}, 'f:ports': { [port]: { 'f:name': {} } } } },
    },
  };
  const changed = (change: (copy: typeof object) => void) => {
    const copy = structuredClone(object);
    change(copy);
    return pickedText(copy, set);
  };

  it('is the same whatever else there is, and in whatever order', () => {
    const { spec, metadata } = object;
    const selector = { matchLabels: { app: 'web' } };
    const [side, ...others] = spec.containers;
    const same = {
      status: {},
      spec: { ...spec, selector, containers: [...others, side] },
      metadata: { ...metadata, labels: { more: 'y', app: 'web' }, finalizers: ['c', 'b'] },
    };
    expect(pickedText(same, set)).toBe(pickedText(object, set));
  });

  it.each<[string, (copy: typeof object) => void]>([
    ['a label', ({ metadata }) => Object.assign(metadata.labels, { app: 'other' })],
    ['an item by its value', ({ metadata }) => metadata.finalizers.pop()],
    ['a number', ({ spec }) => Object.assign(spec, { replicas: 3 })],
    ['what is below a whole field', ({ spec }) => Object.assign(spec.selector.matchLabels, { more: 'x' })],
    ['a field of an item by its keys', ({ spec }) => Object.assign(spec.containers[1] ?? {}, { image: 'w:2' })],
    ['a nested item', ({ spec }) => spec.containers[1]?.ports?.pop()],
    ['an item that is gone', ({ spec }) => spec.containers.pop()],
  ])('is another one when %s changes', (_, change) => {
    expect(changed(change)).not.toBe(pickedText(object, set));
  });

  it('leaves out what is not there', () => {
    const gone = {
      'f:spec': { 'f:gone': {}, 'f:containers': { 'k:{"name":"gone"}': { 'f:image': {} } } },
      'f:data': {},
    };
    expect(pickedText(object, gone)).toBe('{6f:spec{12f:containers{}}}');
    expect(pickedText(undefined, set)).toBeUndefined();
  });

  it('finds items of a list by their place', () => {
    const second = { 'f:l': { 'i:1': {} } };
    expect(pickedText({ l: ['a', 'b'] }, second)).toBe(pickedText({ l: ['x', 'b'] }, second));
    expect(pickedText({ l: ['a', 'b'] }, second)).not.toBe(pickedText({ l: ['a', 'c'] }, second));
  });

  it('tells fields apart whose names and values run together', () => {
    const both = { 'f:a': {}, 'f:b': {} };
    expect(pickedText({ a: 'x', b: 'y' }, both)).not.toBe(pickedText({ a: 'x"3f:b"y' }, both));
  });
});

describe('keep', () => {
  it('leaves maps maps and lists lists, with the named fields and the keys of items', () => {
    const set = {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:finalizers': { 'v:"b"': {} } },
      'f:spec': { 'f:selector': {}, 'f:containers': { [web]: { 'f:image': {}, 'f:ports': { [port]: { '.': {} } } } } },
    };
    expect(keep(object, set)).toEqual({
      metadata: { labels: { app: 'web' }, finalizers: ['b'] },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        containers: [{ name: 'web', image: 'w:1', ports: [{ containerPort: 80, protocol: 'TCP' }] }],
      },
    });
  });

  it('has nothing of what is not there, and keeps an empty container that is named', () => {
    expect(keep({ spec: { list: [], map: {} } }, { 'f:gone': {}, 'f:spec': { 'f:list': { '.': {} } } })).toEqual({
      spec: { list: [] },
    });
  });
});

describe('omit', () => {
  it('leaves the fields out that a set names, and what is empty then', () => {
    const set = {
      'f:metadata': { 'f:labels': { '.': {}, 'f:other': {} }, 'f:finalizers': { 'v:"a"': {} } },
      'f:spec': {
        'f:replicas': {},
        'f:selector': { 'f:matchLabels': {} },
        'f:containers': { 'k:{"name":"side"}': { '.': {}, 'f:image': {}, 'f:name': {} }, [web]: { 'f:image': {} } },
        'f:gone': {},
      },
    };
    const copy = structuredClone(object);
    expect(omit(object, set)).toEqual({
      metadata: { labels: { app: 'web' }, finalizers: ['b'] },
      spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }] },
    });
    expect(object).toEqual(copy);
  });

  it('keeps what was empty before', () => {
    expect(omit({ emptyDir: {}, a: { b: 1 } }, { 'f:emptyDir': { 'f:x': {} }, 'f:a': { 'f:c': {} } })).toEqual({
      emptyDir: {},
      a: { b: 1 },
    });
  });
});

describe('union and subtract', () => {
  it.each([
    [{ 'f:a': {} }, { 'f:b': {} }, { 'f:a': {}, 'f:b': {} }],
    [{ 'f:a': { 'f:x': {} } }, { 'f:a': { 'f:y': {} } }, { 'f:a': { 'f:x': {}, 'f:y': {} } }],
    [{ 'f:a': {} }, { 'f:a': { 'f:y': {} } }, { 'f:a': {} }],
  ])('the union of %j and %j is %j', (a, b, both) => {
    expect(union(a, b)).toEqual(both);
    expect(union(b, a)).toEqual(both);
  });

  it.each([
    ['another field', { 'f:a': {}, 'f:b': {} }, { 'f:a': {} }, { 'f:b': {} }],
    ['nothing', { 'f:a': { 'f:x': {} } }, { 'f:a': { 'f:x': {}, 'f:y': {} } }, {}],
    ['nothing below a whole value', { 'f:a': { 'f:x': {} } }, { 'f:a': {} }, {}],
    ['a whole item', { 'f:l': { [web]: { '.': {}, 'f:image': {} } } }, { 'f:l': {} }, {}],
    [
      'an item of a list',
      { 'f:l': { [web]: { '.': {} } } },
      { 'f:l': { [port]: {} } },
      { 'f:l': { [web]: { '.': {} } } },
    ],
    ['no mere marker', { 'f:l': { '.': {}, 'f:x': {} } }, { 'f:l': { 'f:x': {} } }, {}],
  ])('takes away: %s is left', (_, a, b, rest) => {
    expect(subtract(a, b)).toEqual(rest);
  });
});

describe('fieldsOf', () => {
  it('names fields as people read them, an item or a container as one', () => {
    const set = {
      'f:metadata': { 'f:labels': { 'f:other': {} }, 'f:annotations': { '.': {}, 'f:gone': {} } },
      'f:spec': { 'f:replicas': {}, 'f:containers': { 'k:{"name":"side"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
    };
    expect(fieldsOf(set, object)).toEqual([
      { path: 'metadata.labels.other', value: 'x' },
      { path: 'spec.replicas', value: 2 },
      { path: 'spec.containers[name=side]', value: { name: 'side', image: 's:1' } },
    ]);
  });

  it('quotes names that would read as a path', () => {
    const labels = { 'example.org/a.b': '1' };
    expect(fieldsOf({ 'f:labels': { 'f:example.org/a.b': {} } }, { labels })).toEqual([
      { path: 'labels["example.org/a.b"]', value: '1' },
    ]);
  });
});
