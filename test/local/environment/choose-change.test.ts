import { describe, expect, it } from 'vitest';
import { changeOf } from '../../../local/environment/choose-change.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

const object = (kind: string, rest: Partial<KubernetesObject> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  ...rest,
});
const labelled = (kind: string) => object(kind, { metadata: { name: 'a', labels: { app: 'web' } } });

describe('what is changed by hand in a folder of somebody’s own', () => {
  it.each<[string, KubernetesObject[], [string, unknown, unknown] | undefined]>([
    [
      'the replicas of a Deployment before all else',
      [labelled('Service'), object('ConfigMap', { data: { a: '1' } }), object('Deployment', { spec: { replicas: 2 } })],
      ['spec.replicas', 2, 3],
    ],
    [
      'an entry of a ConfigMap',
      [labelled('Service'), object('ConfigMap', { data: { a: '1' } })],
      ['data.a', '1', 'changed-by-hand'],
    ],
    ['a label', [object('ConfigMap'), labelled('Service')], ['metadata.labels.app', 'web', 'changed-by-hand']],
    [
      'never a Secret, a Namespace or a CRD',
      [object('Secret', { data: { a: 'MQ==' } }), labelled('Namespace'), labelled('CustomResourceDefinition')],
      undefined,
    ],
  ])('is %s', (_name, objects, expected) => {
    const change = changeOf(objects);
    expect(change && [change.path.join('.'), change.original, change.changed]).toEqual(expected);
  });
});
