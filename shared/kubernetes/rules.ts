import { z } from 'zod';
import { groupOf, type KubernetesObject } from '../manifests/object.ts';
import { definedResources } from './definitions.ts';
import type { Resource } from './resource.ts';

/** One rule of a Role. @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export type PolicyRule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };

export type KindName = { group: string; kind: string };

/** `Kind.group`, as `clusterKinds` in `deployer.yaml` names kinds; just `Kind` in the core group. */
export const kindName = ({ group, kind }: KindName) => (group === '' ? kind : `${kind}.${group}`);

export function parseKindName(name: string): KindName {
  const [kind = '', ...group] = name.split('.');
  return { group: group.join('.'), kind };
}

const rbac = 'rbac.authorization.k8s.io';

/** What the reconciler does with an object that it owns. */
const verbs = ['get', 'list', 'patch', 'create', 'delete'];

/** To say why a rollout is stuck. */
export const readPods: PolicyRule = {
  apiGroups: [''],
  resources: ['events', 'pods'],
  verbs: ['get', 'list'],
};

/** To tell the last lines of one that crashes. */
export const readLogs: PolicyRule = { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] };

const scalable = new Set(['ReplicationController', 'Deployment.apps', 'ReplicaSet.apps', 'StatefulSet.apps']);

/** To tell whether an autoscaler that isn't in Git sets how many replicas there are. */
const findAutoscalers: PolicyRule = {
  apiGroups: ['autoscaling'],
  resources: ['horizontalpodautoscalers'],
  verbs: ['list'],
};

/**
 * What an environment needs to own these kinds.
 *
 * @param resources what the cluster serves, where that is known; the names of other kinds' resources are guessed as kubectl does
 */
export function rulesForKinds(kinds: readonly KindName[], resources: readonly Resource[] = []): PolicyRule[] {
  const plurals = new Map(resources.map((resource) => [kindName(resource), resource.plural]));
  const byGroup = Map.groupBy(kinds, ({ group }) => group);
  return [...byGroup].map(([group, members]) => ({
    apiGroups: [group],
    resources: [...new Set(members.map((kind) => plurals.get(kindName(kind)) ?? guessPlural(kind.kind)))].sort(),
    verbs,
  }));
}

/** To own these Namespaces and no others: an apply names what it would create, so that even this can be held to names. */
export const rulesForNamespaces = (names: readonly string[]): PolicyRule[] => [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
  {
    apiGroups: [''],
    resources: ['namespaces'],
    verbs: verbs.filter((verb) => verb !== 'list'),
    resourceNames: [...names],
  },
];

/**
 * What an environment needs to own these objects, for what stands in namespaces and for what doesn't.
 * Nobody may grant what they lack, so whoever applies a Role needs the rights in it, and `bind` for roles that are bound by name.
 *
 * @param served what the cluster serves; CRDs among the objects are added to it
 */
export function rulesFor(objects: readonly KubernetesObject[], served: readonly Resource[]) {
  const resources = [...served, ...definedResources(objects)];
  const outside = new Set(resources.filter(({ namespaced }) => !namespaced).map(kindName));
  const kinds = objects.map(({ apiVersion, kind }) => ({ group: groupOf(apiVersion), kind }));
  const granted = (kind: string) => objects.filter((object) => object.kind === kind).flatMap(rulesOfRole);
  const bound = (kind: string) => objects.filter((object) => object.kind === kind).flatMap(bindRule);
  const rules = (isCluster: boolean) =>
    rulesForKinds(
      kinds.filter((kind) => outside.has(kindName(kind)) === isCluster),
      resources,
    );
  const forScaling = kinds.some((kind) => scalable.has(kindName(kind))) ? [findAutoscalers] : [];
  return {
    rules: [...rules(false), readPods, ...forScaling, ...granted('Role'), ...bound('RoleBinding')],
    clusterRules: [...rules(true), ...granted('ClusterRole'), ...bound('ClusterRoleBinding')],
  };
}

const roleSchema = z.object({
  metadata: z.object({ name: z.string() }),
  rules: z.array(z.custom<PolicyRule>()).nullish(),
  aggregationRule: z.unknown().optional(),
});
const bindingSchema = z.object({ roleRef: z.object({ kind: z.string(), name: z.string() }) });

/** Nobody knows what will be gathered into an aggregated role, so it takes the right to escalate, for this one role by its name. */
function rulesOfRole(object: KubernetesObject): PolicyRule[] {
  const role = roleSchema.safeParse(object).data;
  if (role?.aggregationRule == null) return role?.rules ?? [];
  return [{ apiGroups: [rbac], resources: ['clusterroles'], verbs: ['escalate'], resourceNames: [role.metadata.name] }];
}

function bindRule(object: KubernetesObject): PolicyRule[] {
  const roleRef = bindingSchema.safeParse(object).data?.roleRef;
  if (roleRef === undefined) return [];
  const resources = [guessPlural(roleRef.kind)];
  return [{ apiGroups: [rbac], resources, verbs: ['bind'], resourceNames: [roleRef.name] }];
}

/** @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/meta/restmapper.go (UnsafeGuessKindToResource) */
function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === 'endpoints') return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
