import { describe, expect, it } from 'vitest';
import { prepareObject } from '../../../shared/kubernetes/prepare.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

const name = { environment: 'staging', application: 'web' };
const label = { 'plumbline.dev/application': 'staging.web' };
const prepare = (object: KubernetesObject, namespaced = true) =>
  prepareObject(object, { name, namespaced, defaultNamespace: 'default-one' });

describe('an object as it is sent', () => {
  it('has a namespace and our label', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { app: 'x' } }, data: {} };
    expect(prepare(object)).toEqual({
      ...object,
      metadata: { name: 'a', namespace: 'default-one', labels: { app: 'x', ...label } },
    });
    expect(object.metadata.labels).toEqual({ app: 'x' });
  });

  it('keeps a namespace of its own, and has none where its kind has none', () => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', namespace: 'own' } };
    expect(prepare(object).metadata.namespace).toBe('own');
    expect(prepare(object, false).metadata).toEqual({ name: 'a', labels: label });
  });

  it('lacks what only a server writes', () => {
    const metadata = {
      name: 'a',
      uid: 'u',
      resourceVersion: '1',
      generation: 2,
      creationTimestamp: null,
      managedFields: [],
      selfLink: '/x',
    };
    expect(prepare({ apiVersion: 'v1', kind: 'X', metadata, status: { a: 1 } }, false)).toEqual({
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'a', labels: label },
    });
  });

  it.each([null, {}])('says nothing of annotations and labels that are %j, of its own or of its pods', (empty) => {
    const template = { metadata: { labels: empty, annotations: empty, name: 't' }, spec: {} };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'D',
      metadata: { name: 'a', annotations: empty, labels: empty },
      spec: { template },
    };
    const prepared = prepare(object as unknown as KubernetesObject, false);
    expect(prepared.metadata).toEqual({ name: 'a', labels: label });
    expect(prepared.spec).toEqual({ template: { metadata: { name: 't' }, spec: {} } });
  });

  it("has a Secret's stringData as data, over data of the same key", () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      data: { a: 'b2xk', b: 'Yg==' },
      stringData: { a: 'new ü' },
    };
    const prepared = prepare(object);
    expect(prepared.data).toEqual({ a: Buffer.from('new ü').toString('base64'), b: 'Yg==' });
    expect(prepared).not.toHaveProperty('stringData');
  });

  it('leaves the rules of an aggregated ClusterRole to their controller', () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'a' },
      rules: [],
    };
    expect(prepare({ ...role, aggregationRule: {} }, false)).not.toHaveProperty('rules');
    expect(prepare(role, false)).toHaveProperty('rules');
  });
});
