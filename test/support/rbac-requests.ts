import { namespaceMakerOf, userOf } from '../../shared/kubernetes/names.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { RawRequest } from './api-request.ts';
import { configMap, deployment, service } from './manifests.ts';

/** Staging and production on one cluster; production may own some kinds outside namespaces as well. */
export const environments = `environments:
  staging:
    repository: example-org/environment
    branch: staging
    cluster: main
    namespaces: [shop, jobs]
    newNamespaces: { prefix: preview-, quota: { pods: 20 } }
  production:
    repository: example-org/environment
    branch: production
    cluster: main
    namespaces: [live]
    clusterKinds: [Namespace, ClusterRole.rbac.authorization.k8s.io, ClusterRoleBinding.rbac.authorization.k8s.io]
    podLogs: show
`;

export const rbacGroup = 'rbac.authorization.k8s.io';
export const readConfig = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] };
export const role = (name: string, rules: object[], kind = 'Role'): KubernetesObject => ({
  apiVersion: `${rbacGroup}/v1`,
  kind,
  metadata: { name },
  rules,
});
export const bindingOf = (kind: string, name: string, binding = 'RoleBinding'): KubernetesObject => ({
  apiVersion: `${rbacGroup}/v1`,
  kind: binding,
  metadata: { name: 'example' },
  roleRef: { apiGroup: rbacGroup, kind, name },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'shop' }],
});
export const pod = (spec: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'debug' },
  spec: { containers: [{ name: 'a', image: 'example.com/a:1' }], ...spec },
});

/** What stands in Git: the rights are derived from it. */
export const inGit = [
  deployment('web'),
  service('web'),
  configMap('settings'),
  pod(),
  role('reader', [readConfig]),
  bindingOf('Role', 'reader'),
];

export const staging = userOf('staging');
export const production = userOf('production');
/** The second identity of staging, which makes namespaces. */
export const maker = userOf(namespaceMakerOf('staging'));
export const nobody = undefined;

/** A dry run of a server-side apply, as the reconciler sends it. */
export const apply = (path: string, body: KubernetesObject): RawRequest => ({
  method: 'PATCH',
  path: `${path}?fieldManager=plumbline&force=true&dryRun=All`,
  body,
});
export const post = (path: string, body: object = {}): RawRequest => ({ method: 'POST', path, body });
export const remove = (path: string): RawRequest => ({ method: 'DELETE', path });
export const get = (path: string, headers: Record<string, string> = {}): RawRequest => ({ path, headers });
export const as = (headers: Record<string, string>): RawRequest => get('/api/v1/namespaces/shop/configmaps', headers);

export const named = (object: KubernetesObject, name: string): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, name },
});
export const outside = (apiVersion: string, kind: string, rest: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'example' },
  ...rest,
});
export const [core, apps, roles] = ['/api/v1', '/apis/apps/v1', `/apis/${rbacGroup}/v1`];
export const namespaceOf = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
export const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
export const readSecrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
export const escalating = [{ apiGroups: [rbacGroup], resources: ['roles'], verbs: ['escalate', 'bind'] }];
export const impersonating = [
  { apiGroups: [''], resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
];
