import { describe, expect, it } from 'vitest';
import { explainImmutable } from '../../../shared/kubernetes/immutable.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

const object = (kind: string, spec: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  spec,
});

const explain = (kind: string, live: Record<string, unknown>, wanted: Record<string, unknown>, field: string) =>
  explainImmutable(object(kind, wanted), object(kind, live), [field]);

const start = "can't be changed once the object exists: ";

describe('fault 43: what can not be changed', () => {
  it.each<[string, string, Record<string, unknown>, Record<string, unknown>, string, string]>([
    ['a field', 'Job', { x: 1, y: 2 }, { x: 3, y: 4 }, 'spec.x', 'spec.x (it is 1, Git has 3)'],
    [
      'what stands below it',
      'Job',
      { x: { y: [1, 2] } },
      { x: { y: [1, 3] } },
      'spec.x',
      'spec.x.y[1] (it is 2, Git has 3)',
    ],
    ['not what only begins like it', 'Job', { x: 1, xy: 1 }, { x: 2, xy: 2 }, 'spec.x', 'spec.x (it is 1, Git has 2)'],
    [
      'not what the server has set',
      'Job',
      { x: { y: 1, z: 1 } },
      { x: { y: 2 } },
      'spec.x',
      'spec.x.y (it is 1, Git has 2)',
    ],
    ['what is new', 'Job', { x: {} }, { x: { y: 2 } }, 'spec.x', 'spec.x.y (it is (absent), Git has 2)'],
    [
      'an item by its list',
      'Service',
      { clusterIP: 'a' },
      { clusterIP: 'b' },
      'spec.clusterIPs[0]',
      'spec.clusterIP (it is "a", Git has "b")',
    ],
    [
      "of a StatefulSet's spec what may not be changed",
      'StatefulSet',
      { replicas: 1, serviceName: 'a', template: { x: 1 } },
      { replicas: 2, serviceName: 'b', template: { x: 2 } },
      'spec',
      'spec.serviceName (it is "a", Git has "b")',
    ],
    ['the field itself, where no difference is seen', 'Job', { x: 1 }, { x: 1 }, 'spec.x', 'spec.x'],
    [
      'some of many',
      'Job',
      { x: [1, 1, 1, 1, 1] },
      { x: [2, 2, 2, 2, 2] },
      'spec.x',
      'spec.x[0] (it is 1, Git has 2), spec.x[1] (it is 1, Git has 2), spec.x[2] (it is 1, Git has 2), and 2 more fields',
    ],
  ])('names %s', (_, kind, live, wanted, field, expected) => {
    expect(explain(kind, live, wanted, field)).toBe(`${start}${expected}`);
  });
});
