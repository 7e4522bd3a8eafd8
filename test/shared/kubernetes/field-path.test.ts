import { describe, expect, it } from 'vitest';
import { isCovered, readFieldPath } from '../../../shared/kubernetes/field-path.ts';

const object = {
  metadata: { annotations: { 'example.org/a.b': '1' } },
  spec: { replicas: 2, containers: [{ name: 'web', ports: [{ containerPort: 80 }] }] },
};

describe('the path of a conflict', () => {
  it.each([
    ['.spec.replicas', ['spec', 'replicas']],
    ['.metadata.annotations.example.org/a.b', ['metadata', 'annotations', 'example.org/a.b']],
    ['.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]', ['spec', 'containers', 0, 'ports', 0]],
    ['.spec.containers[name="gone"]', undefined],
    ['.spec.replicas.below', undefined],
  ])('%s', (path, expected) => {
    expect(readFieldPath(object, path)).toEqual(expected);
  });
});

describe('a JSON Pointer', () => {
  it.each([
    ['/spec/replicas', ['spec', 'replicas'], true],
    ['/spec', ['spec', 'replicas'], true],
    ['/spec/replicas/below', ['spec', 'replicas'], false],
    ['/spec/containers/*/image', ['spec', 'containers', 1, 'image'], true],
    ['/spec/containers/0/image', ['spec', 'containers', 1, 'image'], false],
    ['/metadata/annotations/example.org~1a', ['metadata', 'annotations', 'example.org/a'], true],
    ['/metadata/annotations/a~0b', ['metadata', 'annotations', 'a~b'], true],
    ['/metadata/annotations/a*', ['metadata', 'annotations', 'ab'], false],
  ])('%s covers %j: %s', (pointer, path, covered) => {
    expect(isCovered(path, [pointer])).toBe(covered);
  });
});
