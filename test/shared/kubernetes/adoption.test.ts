import { describe, expect, it } from 'vitest';
import { adopted, adoptionOf, describeAdoption } from '../../../shared/kubernetes/adoption.ts';
import type { FieldSet } from '../../../shared/kubernetes/field-set.ts';
import { describeKeeper, keepersOf } from '../../../shared/kubernetes/keepers.ts';
import type { LiveObject, ManagedFields } from '../../../shared/kubernetes/live-object.ts';
import { strict, type Tolerance } from '../../../shared/kubernetes/object-policy.ts';

const manager = 'plumbline:staging/web';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const entry = (name: string, fieldsV1: FieldSet, more: Partial<ManagedFields> = {}): ManagedFields => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});

type Metadata = { labels?: Record<string, string>; annotations?: Record<string, string> };

const object = (managedFields: ManagedFields[], metadata: Metadata = {}, more: object = {}): LiveObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'shop', uid: 'u', resourceVersion: '1', managedFields, ...metadata },
  data: { a: '1', b: '2' },
  ...more,
});

const data: FieldSet = { 'f:data': { 'f:a': {} } };
const annotations = (...names: string[]): FieldSet => ({
  'f:metadata': { 'f:annotations': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
});

const adopt = (live: LiveObject, tolerance: Tolerance = strict) =>
  adoptionOf(live, { manager, keepers: keepersOf(live), tolerance });

function taken(live: LiveObject): ManagedFields[] {
  const adoption = adopt(live);
  if (adoption === undefined) throw new Error('there is nothing to adopt');
  return adopted(live, manager, adoption);
}

const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
const release = { 'helm.toolkit.fluxcd.io/name': 'shop', 'helm.toolkit.fluxcd.io/namespace': 'apps' };
const helm = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'shop' };

describe('who keeps an object', () => {
  it.each<[string, LiveObject, string[]]>([
    ['a person', object([entry('kubectl-create', data)]), []],
    ['a controller', object([entry('kube-controller-manager', data)]), []],
    ["Flux's Kustomization", object([], { labels: flux }), ['Flux (Kustomization flux-system/apps)']],
    [
      "Flux's HelmRelease, whose release is Flux's",
      object([], { labels: release, annotations: helm }),
      ['Flux (HelmRelease apps/shop)'],
    ],
    ['Flux, of which only the manager is left', object([entry('kustomize-controller', data)]), ['Flux']],
    ['a Helm release', object([entry('helm', data)], { annotations: helm }), ['Helm (release shop/shop)']],
    ['Helm, without a release (a CRD of its chart)', object([entry('helm', data)]), ['Helm']],
    [
      'Argo CD, by annotation',
      object([], { annotations: { 'argocd.argoproj.io/tracking-id': 'web:/ConfigMap:shop/c' } }),
      ['Argo CD (Application web)'],
    ],
    [
      'Argo CD, an Application outside its own namespace',
      object([], { annotations: { 'argocd.argoproj.io/tracking-id': 'team-a_web:/ConfigMap:shop/c' } }),
      ['Argo CD (Application team-a/web)'],
    ],
    [
      'nobody, where a controller copied the annotation',
      object([], { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/parent' } }),
      [],
    ],
    [
      'Argo CD, by label',
      object([entry('argocd-controller', data)], { labels: { 'app.kubernetes.io/instance': 'web' } }),
      ['Argo CD (Application web)'],
    ],
    ['nobody, where a chart set that label', object([], { labels: { 'app.kubernetes.io/instance': 'web' } }), []],
    [
      'both of two',
      object([], { labels: flux, annotations: helm }),
      ['Flux (Kustomization flux-system/apps)', 'Helm (release shop/shop)'],
    ],
  ])('%s', (_, live, expected) => {
    expect(keepersOf(live).map(describeKeeper)).toEqual(expected);
  });
});

describe('taking an object over', () => {
  it('makes ours what kubectl owns, with what it keeps for itself', () => {
    const live = object([entry('kubectl-client-side-apply', { ...data, ...annotations(lastApplied) })], {
      annotations: { [lastApplied]: '{}' },
    });
    expect(taken(live)).toEqual([{ ...entry(manager, { ...data, ...annotations(lastApplied) }), operation: 'Apply' }]);
  });

  it('makes ours what a tool owns, by the names of its managers or by its marks', () => {
    const marks = annotations(...Object.keys(helm));
    const live = object(
      [entry('helm', data), entry('Go-http-client', marks), entry('mesh', { 'f:data': { 'f:b': {} } })],
      {
        annotations: helm,
      },
    );
    expect(taken(live)).toEqual([
      entry('mesh', { 'f:data': { 'f:b': {} } }),
      { ...entry(manager, { ...data, ...marks }), operation: 'Apply' },
    ]);
  });

  it("leaves controllers' entries and the status as they are", () => {
    const status = entry('kubectl', { 'f:status': {} }, { subresource: 'status' });
    const controller = entry('kube-controller-manager', { 'f:data': { 'f:b': {} } });
    expect(taken(object([status, controller, entry('kubectl', data)]))).toEqual([
      status,
      controller,
      { ...entry(manager, data), operation: 'Apply' },
    ]);
  });

  it('leaves the mark of a restart, so that nothing is restarted', () => {
    const mark = 'kubectl.kubernetes.io/restartedAt';
    const fields = (name: string): FieldSet => ({
      'f:spec': { 'f:template': { 'f:metadata': { 'f:annotations': { [`f:${name}`]: {} } } } },
    });
    const template = { metadata: { annotations: { [mark]: 'then', other: 'x' } } };
    const live = object(
      [entry('kubectl-rollout', fields(mark)), entry('kubectl-edit', fields('other'))],
      {},
      { spec: { template } },
    );
    expect(taken(live)).toEqual([
      entry('kubectl-rollout', fields(mark)),
      { ...entry(manager, fields('other')), operation: 'Apply' },
    ]);
  });

  it('lets what the API server chose belong to nobody, so that it stays', () => {
    const fields: FieldSet = { 'f:spec': { 'f:ingressClassName': {}, 'f:rules': {} } };
    const live = object(
      [entry('kubectl-create', fields)],
      {},
      { kind: 'Ingress', spec: { ingressClassName: 'nginx', rules: [] } },
    );
    expect(taken(live)).toEqual([{ ...entry(manager, { 'f:spec': { 'f:rules': {} } }), operation: 'Apply' }]);
  });

  it.each<[string, ManagedFields[], Tolerance]>([
    ['controllers made it', [entry('kube-controller-manager', data)], strict],
    ['another application owns it', [entry('plumbline:other/app', data), entry('kubectl', data)], strict],
    ['it is ours already', [{ ...entry(manager, data), operation: 'Apply' }, entry('mesh', data)], strict],
    ['additions are kept', [entry('kubectl', data)], { ...strict, additions: 'keep' }],
    ['its manager is ignored', [entry('kubectl', data)], { ...strict, ignore: { fields: [], managers: ['kubectl'] } }],
  ])('is not needed where %s', (_, entries, tolerance) => {
    expect(adopt(object(entries), tolerance)).toBeUndefined();
  });

  it('is told with the tool and the people', () => {
    const live = object([entry('kustomize-controller', data), entry('kubectl-edit', data)], { labels: flux });
    expect(describeAdoption(adopt(live) ?? { keepers: [], managers: [] })).toBe(
      'from Flux (Kustomization flux-system/apps) and "kubectl-edit"',
    );
  });
});
