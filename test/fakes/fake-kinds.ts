import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { collectionPath, type Resource } from '../../shared/kubernetes/resource.ts';

/** What the API server of tests serves, and under which paths. */

const verbs = ['get', 'list', 'patch', 'create', 'delete'];
const kind = (group: string, version: string, name: string, plural: string, namespaced = true): Resource => ({
  group,
  version,
  kind: name,
  plural,
  namespaced,
  verbs,
});

export const fakeResources: Resource[] = [
  kind('', 'v1', 'ConfigMap', 'configmaps'),
  kind('', 'v1', 'Secret', 'secrets'),
  kind('', 'v1', 'Service', 'services'),
  kind('', 'v1', 'Pod', 'pods'),
  kind('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  kind('', 'v1', 'Namespace', 'namespaces', false),
  kind('apps', 'v1', 'Deployment', 'deployments'),
  kind('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  kind('batch', 'v1', 'Job', 'jobs'),
  kind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  kind('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', false),
  kind('rbac.authorization.k8s.io', 'v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  kind(
    'admissionregistration.k8s.io',
    'v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
];

/** What a definition adds. */
export function resourcesOfDefinition(object: LiveObject): Resource[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const { group, names, scope, versions } = object.spec as {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: { name: string }[];
  };
  return versions.map(({ name }) => kind(group, name, names.kind, names.plural, scope === 'Namespaced'));
}

/** What a path names. */
export function findTarget(path: string, resources: readonly Resource[]) {
  const namespace = /\/namespaces\/([^/]+)\/./.exec(path)?.[1] ?? '';
  for (const resource of resources) {
    const collection = collectionPath(resource, resource.namespaced ? namespace : '');
    if (path === collection) return { resource, namespace, name: '' };
    if (path.startsWith(`${collection}/`) && !path.slice(collection.length + 1).includes('/'))
      return { resource, namespace, name: decodeURIComponent(path.slice(collection.length + 1)) };
  }
  return undefined;
}

/** The answer to a question for all kinds. */
export function discoveryOf(resources: readonly Resource[], isCore: boolean) {
  const groups = Map.groupBy(
    resources.filter(({ group }) => (group === '') === isCore),
    ({ group }) => group,
  );
  const items = [...groups].map(([group, members]) => ({
    metadata: { name: group },
    versions: [...Map.groupBy(members, ({ version }) => version)].map(([version, each]) => ({
      version,
      freshness: 'Current',
      resources: each.map(({ plural, kind: name, namespaced }) => ({
        resource: plural,
        responseKind: { group, version, kind: name },
        scope: namespaced ? 'Namespaced' : 'Cluster',
        verbs,
      })),
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}
