import { describe, expect, it } from 'vitest';
import { bootstrapObjects } from '../../../shared/kubernetes/bootstrap.ts';
import type { Resource } from '../../../shared/kubernetes/resource.ts';
import { kindName, parseKindName, rulesFor, rulesForKinds } from '../../../shared/kubernetes/rules.ts';

const verbs = ['get', 'list', 'patch', 'create', 'delete'];
const rbac = 'rbac.authorization.k8s.io';

describe('the rights for kinds', () => {
  it.each([
    ['Deployment.apps', 'deployments'],
    ['Ingress.networking.k8s.io', 'ingresses'],
    ['NetworkPolicy.networking.k8s.io', 'networkpolicies'],
    ['Endpoints', 'endpoints'],
    ['ConfigMap', 'configmaps'],
  ])('of %s are on %s', (name, resource) => {
    const kind = parseKindName(name);
    expect(kindName(kind)).toBe(name);
    expect(rulesForKinds([kind])).toEqual([{ apiGroups: [kind.group], resources: [resource], verbs }]);
  });

  it("take a custom resource's name from what the cluster serves", () => {
    const served: Resource = {
      group: 'example.org',
      version: 'v1',
      kind: 'Datum',
      plural: 'data',
      namespaced: true,
      verbs: [],
    };
    expect(rulesForKinds([{ group: 'example.org', kind: 'Datum' }], [served])).toEqual([
      { apiGroups: ['example.org'], resources: ['data'], verbs },
    ]);
  });
});

describe('the rights for objects', () => {
  const object = (apiVersion: string, kind: string, rest: object = {}) => ({
    apiVersion,
    kind,
    metadata: { name: 'x' },
    ...rest,
  });
  const served = (group: string, kind: string, plural: string, namespaced: boolean): Resource => ({
    group,
    version: 'v1',
    kind,
    plural,
    namespaced,
    verbs: [],
  });

  it('are those on their kinds, on what their roles grant, and on binding the roles they bind', () => {
    const granted = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    const objects = [
      object('v1', 'ConfigMap'),
      object('v1', 'Namespace'),
      object(`${rbac}/v1`, 'Role', { rules: [granted] }),
      object(`${rbac}/v1`, 'RoleBinding', { roleRef: { kind: 'ClusterRole', name: 'view' } }),
    ];
    const { rules, clusterRules } = rulesFor(objects, [
      served('', 'ConfigMap', 'configmaps', true),
      served('', 'Namespace', 'namespaces', false),
      served(rbac, 'Role', 'roles', true),
      served(rbac, 'RoleBinding', 'rolebindings', true),
    ]);
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], verbs },
      { apiGroups: [rbac], resources: ['rolebindings', 'roles'], verbs },
      { apiGroups: [''], resources: ['events', 'pods'], verbs: ['get', 'list'] },
      granted,
      { apiGroups: [rbac], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['view'] },
    ]);
    expect(clusterRules).toEqual([{ apiGroups: [''], resources: ['namespaces'], verbs }]);
  });

  it('are, with a workload, to find the autoscalers that are not among them', () => {
    const { rules } = rulesFor(
      [object('apps/v1', 'StatefulSet')],
      [served('apps', 'StatefulSet', 'statefulsets', true)],
    );
    expect(rules).toContainEqual({
      apiGroups: ['autoscaling'],
      resources: ['horizontalpodautoscalers'],
      verbs: ['list'],
    });
  });
});

describe('the rights for an aggregated role', () => {
  it('are to escalate it, by its name', () => {
    const role = {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'all' },
      aggregationRule: {},
      rules: [],
    };
    const served: Resource = {
      group: rbac,
      version: 'v1',
      kind: 'ClusterRole',
      plural: 'clusterroles',
      namespaced: false,
      verbs: [],
    };
    expect(rulesFor([role], [served]).clusterRules).toEqual([
      { apiGroups: [rbac], resources: ['clusterroles'], verbs },
      { apiGroups: [rbac], resources: ['clusterroles'], verbs: ['escalate'], resourceNames: ['all'] },
    ]);
  });
});

describe('what a cluster needs once', () => {
  const rules = rulesForKinds([{ group: 'apps', kind: 'Deployment' }]);
  const objects = bootstrapObjects({
    environments: [
      { name: 'staging', namespaces: ['shop', 'jobs'], rules },
      { name: 'production', namespaces: ['live'], rules, clusterKinds: ['ClusterRole.rbac.authorization.k8s.io'] },
    ],
  });
  const find = (kind: string, name: string, namespace?: string) =>
    objects.find(
      (object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
    );

  it('has the namespaces, and a ServiceAccount for each environment', () => {
    const names = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
    expect(names).toEqual(['plumbline-system', 'shop', 'jobs', 'live']);
    expect(find('ServiceAccount', 'staging', 'plumbline-system')).toBeDefined();
    expect(find('ServiceAccount', 'production', 'plumbline-system')).toBeDefined();
  });

  const labelsIn = (all: typeof objects) =>
    all
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => [metadata.name, metadata.labels?.['pod-security.kubernetes.io/enforce']]);

  it("has the API server hold each namespace's pods to what may be asked of a node", () => {
    const environment = (namespaces: string[], podSecurity?: 'privileged' | 'restricted') => ({
      name: 'x',
      rules,
      namespaces,
      podSecurity,
    });
    const environments = [environment(['shop', 'kube-system']), environment(['jobs', 'shop'], 'restricted')];
    expect(labelsIn(bootstrapObjects({ environments }))).toEqual([
      ['plumbline-system', 'restricted'],
      ['shop', 'baseline'],
      ['jobs', 'restricted'],
    ]);
    const others = [environment(['jobs'], 'privileged')];
    expect(labelsIn(bootstrapObjects({ environments, others })).at(-1)).toEqual(['jobs', 'privileged']);
  });

  it('gives an environment that makes namespaces a second identity, which a policy holds to them', () => {
    const newNamespaces = { prefix: 'preview-', quota: { pods: '20' } };
    const all = bootstrapObjects({
      environments: [{ name: 'staging', namespaces: ['shop'], rules, newNamespaces, podSecurity: 'restricted' }],
    });
    const named = (kind: string, name: string) =>
      all.find((object) => object.kind === kind && object.metadata.name === name);
    expect(named('ServiceAccount', 'staging.namespaces')?.metadata.namespace).toBe('plumbline-system');
    expect(named('Role', 'plumbline-act-as-staging.namespaces')?.rules).toEqual([
      {
        apiGroups: [''],
        resources: ['serviceaccounts'],
        verbs: ['impersonate'],
        resourceNames: ['staging.namespaces'],
      },
    ]);
    expect(named('ClusterRole', 'plumbline-staging.namespaced')?.rules).toEqual(rules);
    expect(named('ClusterRoleBinding', 'plumbline-staging.namespaces')?.subjects).toEqual([
      { kind: 'ServiceAccount', name: 'staging.namespaces', namespace: 'plumbline-system' },
    ]);
    const kinds = all.map(({ kind }) => kind);
    expect(kinds.indexOf('ValidatingAdmissionPolicyBinding')).toBeLessThan(kinds.indexOf('ClusterRoleBinding'));
    expect(JSON.stringify(named('ValidatingAdmissionPolicy', 'plumbline-staging.namespaces'))).toContain(
      'startsWith(\\"preview-\\")',
    );
    expect(objects.some(({ kind }) => kind.startsWith('ValidatingAdmission'))).toBe(false);
  });

  it('lets an environment own its Namespaces, and no others', () => {
    const environment = { name: 'staging', namespaces: ['shop', 'jobs'], rules, clusterKinds: ['Namespace'] };
    const all = bootstrapObjects({ environments: [environment] });
    expect(all.find(({ kind }) => kind === 'ClusterRole')?.rules).toEqual([
      { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
      {
        apiGroups: [''],
        resources: ['namespaces'],
        verbs: ['get', 'patch', 'create', 'delete'],
        resourceNames: ['shop', 'jobs'],
      },
    ]);
  });

  it('lets the reconciler act as exactly these accounts, and do nothing else', () => {
    const impersonate = { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] };
    for (const environment of ['staging', 'production']) {
      const name = `plumbline-act-as-${environment}`;
      expect(find('Role', name, 'plumbline-system')?.rules).toEqual([{ ...impersonate, resourceNames: [environment] }]);
    }
    const bound = objects.filter(({ subjects }) => JSON.stringify(subjects)?.includes('plumbline:reconciler'));
    expect(bound.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'RoleBinding plumbline-act-as-staging',
      'RoleBinding plumbline-act-as-production',
    ]);
  });

  it('gives each environment its rights in its own namespaces only', () => {
    expect(find('Role', 'plumbline-staging', 'shop')?.rules).toEqual(rules);
    expect(find('RoleBinding', 'plumbline-staging', 'jobs')).toMatchObject({
      roleRef: { kind: 'Role', name: 'plumbline-staging' },
      subjects: [{ kind: 'ServiceAccount', name: 'staging', namespace: 'plumbline-system' }],
    });
    expect(find('Role', 'plumbline-staging', 'live')).toBeUndefined();
  });

  it('gives rights outside of namespaces only to whom kinds outside were allowed', () => {
    expect(find('ClusterRole', 'plumbline-production')?.rules).toEqual([
      { apiGroups: [rbac], resources: ['clusterroles'], verbs },
    ]);
    expect(find('ClusterRole', 'plumbline-staging')).toBeUndefined();
  });
});
