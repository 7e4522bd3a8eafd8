import { describe, expect, it } from 'vitest';
import type { FieldSet } from '../../../shared/kubernetes/field-set.ts';
import { offlineDifferences } from '../../../shared/kubernetes/offline-difference.ts';
import { isSameQuantity } from '../../../shared/kubernetes/quantity.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { configMap, deployment } from '../../support/manifests.ts';

const lines = (...args: Parameters<typeof offlineDifferences>) =>
  offlineDifferences(...args).map(({ field, from, to }) => `${field}: ${from} → ${to}`);

const owned = (manager: string, fieldsV1: FieldSet, more: object = {}) => ({
  manager,
  operation: manager.startsWith('plumbline:') ? 'Apply' : 'Update',
  fieldsV1,
  ...more,
});

const liveMap = (data: Record<string, string>, managedFields: object[] = [], metadata: object = {}) =>
  configMap('a', data, { namespace: 'staging', managedFields, ...metadata });

const fields = (...names: string[]): FieldSet => ({
  'f:data': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});

const withContainer = (fields: object, spec: object = {}) => {
  const object = deployment('web');
  return { ...object, spec: { ...(object.spec as object), ...spec, template: template(fields) } } as KubernetesObject;
};

const template = (fields: object) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'example.com/web:1', ...fields }] },
});

describe('without managedFields', () => {
  it('counts everything that one of both has', () => {
    expect(lines(liveMap({ a: '1', b: '1' }), configMap('a', { a: '2', c: '1' }))).toEqual([
      'data.a: "1" → "2"',
      'data.b: "1" → (absent)',
      'data.c: (absent) → "1"',
    ]);
  });

  it("leaves out the server's bookkeeping, its defaults, and the marks of tools", () => {
    const live = {
      ...withContainer(
        { imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', resources: {} },
        { progressDeadlineSeconds: 600, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } },
      ),
      metadata: {
        name: 'web',
        namespace: 'staging',
        uid: 'u',
        resourceVersion: '7',
        generation: 3,
        labels: { 'plumbline.dev/application': 'staging.web' },
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'deployment.kubernetes.io/revision': '3',
        },
      },
      status: { replicas: 2 },
    };
    expect(lines(live, deployment('web'))).toEqual([]);
  });

  it('tells what only looks like a default', () => {
    const live = withContainer({ imagePullPolicy: 'Always', terminationMessagePath: '/log' }, { paused: true });
    expect(lines(live, deployment('web'))).toEqual([
      'spec.template.spec.containers[name=web].imagePullPolicy: "Always" → (absent)',
      'spec.template.spec.containers[name=web].terminationMessagePath: "/log" → (absent)',
      'spec.paused: true → (absent)',
    ]);
  });

  it('knows no defaults of custom resources', () => {
    const custom = (spec: object) => ({
      apiVersion: 'example.org/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec,
    });
    expect(lines(custom({ replicas: 1 }), custom({}))).toEqual(['spec.replicas: 1 → (absent)']);
  });

  it('does not take a zero for a difference that the server leaves out', () => {
    const desired = withContainer({ stdin: false, env: [], workingDir: '' }, { minReadySeconds: 0, paused: false });
    expect(lines(withContainer({}), desired)).toEqual([]);
  });

  it('tells a zero that says something', () => {
    const desired = withContainer({ securityContext: { allowPrivilegeEscalation: false } });
    expect(lines(withContainer({ securityContext: { runAsUser: 1 } }), desired)).toContain(
      'spec.template.spec.containers[name=web].securityContext.allowPrivilegeEscalation: (absent) → false',
    );
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a' } };
    expect(lines(account, { ...account, automountServiceAccountToken: false })).toEqual([
      'automountServiceAccountToken: (absent) → false',
    ]);
    expect(lines(liveMap({ a: '1' }), configMap('a', { a: '1', b: '' }))).toEqual(['data.b: (absent) → ""']);
  });

  it('does not take another spelling of a quantity for a difference', () => {
    const live = withContainer({ resources: { limits: { cpu: '500m', memory: '1Gi' } } });
    const desired = (cpu: unknown) => withContainer({ resources: { limits: { cpu, memory: '1024Mi' } } });
    expect(lines(live, desired(0.5))).toEqual([]);
    expect(lines(live, desired('0.6'))).toEqual([
      'spec.template.spec.containers[name=web].resources.limits.cpu: "500m" → "0.6"',
    ]);
  });
});

describe('with managedFields', () => {
  it('leaves out what only others own, whatever Git says of it', () => {
    const managers = [owned('plumbline:staging/web', fields('a')), owned('controller', fields('b', 'c'))];
    expect(lines(liveMap({ a: '1', b: '1', c: '1' }, managers), configMap('a', { a: '1', b: '2' }))).toEqual([]);
  });

  it('counts what Plumbline owns and Git no longer says, and what was added by hand', () => {
    const managers = [owned('plumbline:staging/web', fields('a', 'b')), owned('kubectl-edit', fields('c'))];
    expect(lines(liveMap({ a: '1', b: '1', c: '1', d: '1' }, managers), configMap('a', { a: '1' }))).toEqual([
      'data.b: "1" → (absent)',
      'data.c: "1" → (absent)',
    ]);
  });

  it('of an object that Plumbline never applied compares all that Git says', () => {
    const managers = [owned('helm', fields('a', 'b'))];
    expect(lines(liveMap({ a: '1', b: '1' }, managers), configMap('a', { a: '2' }))).toEqual(['data.a: "1" → "2"']);
  });

  it('leaves out defaults that kubectl owns since it made the object', () => {
    const set: FieldSet = { 'f:spec': { 'f:replicas': {}, 'f:progressDeadlineSeconds': {} } };
    const made = deployment('web');
    const spec = { ...(made.spec as object), progressDeadlineSeconds: 600 };
    const live = { ...made, spec, metadata: { name: 'web', managedFields: [owned('kubectl-create', set)] } };
    expect(lines(live, deployment('web'))).toEqual([]);
  });
});

it('leaves replicas to an autoscaler, and only then', () => {
  const [live, desired] = [deployment('web', { replicas: 7 }), deployment('web', { replicas: 2 })];
  expect(lines(live, desired, { isAutoscaled: true })).toEqual([]);
  expect(lines(live, desired)).toEqual(['spec.replicas: 7 → 2']);
});

describe('a quantity', () => {
  it.each<[unknown, unknown, boolean]>([
    ['1', '1000m', true],
    [1, '1', true],
    ['0.1', '100m', true],
    ['1Gi', '1024Mi', true],
    ['1G', '1Gi', false],
    ['1e3', '1k', true],
    ['12E', '12000P', true],
    ['100m', '200m', false],
    ['many', 'many', false],
    [undefined, undefined, false],
  ])('%s is the same as %s: %s', (a, b, same) => {
    expect(isSameQuantity(a, b)).toBe(same);
  });
});
