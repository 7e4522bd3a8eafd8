import type { KubernetesObject } from '../manifests/object.ts';
import { namespacedRoleOf, namespaceMakerOf, reconcilerGroup, roleOf, systemNamespace } from './names.ts';
import { makerPolicy, makerRules } from './namespace-maker.ts';
import type { NewNamespaces } from './new-namespaces.ts';
import { enforceLabel, loosest, type PodSecurityLevel } from './pod-security/level.ts';
import { type PolicyRule, parseKindName, rulesForKinds, rulesForNamespaces } from './rules.ts';

export type BootstrapEnvironment = {
  name: string;
  namespaces: readonly string[];
  /** Rights in each of the namespaces. */
  rules: readonly PolicyRule[];
  /** Kinds outside any namespace that it may own, as `Kind.group`. Of Namespaces only its own. */
  clusterKinds?: readonly string[];
  /** More rights outside any namespace. */
  clusterRules?: readonly PolicyRule[];
  /** What the API server lets pods in its namespaces ask of their nodes. Default: baseline. */
  podSecurity?: PodSecurityLevel | undefined;
  /** Namespaces that it makes itself, by a second identity. Default: none. */
  newNamespaces?: NewNamespaces | undefined;
};

type Input = {
  environments: readonly BootstrapEnvironment[];
  /** Those that are on the same cluster, but are not asked for: they may use the same namespaces. Default: none. */
  others?: readonly Pick<BootstrapEnvironment, 'namespaces' | 'podSecurity'>[];
  /** The Kubernetes group that the reconciler's IAM role is mapped to by its access entry. */
  group?: string;
};

const rbac = 'rbac.authorization.k8s.io';

/**
 * What a cluster's administrator applies once: the namespaces, a ServiceAccount per environment with the rights that it is given,
 * and the reconciler's right to act as these ServiceAccounts, each by its name, and nothing else.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function bootstrapObjects({ environments, others = [], group = reconcilerGroup }: Input): KubernetesObject[] {
  const names = new Set(environments.flatMap(({ namespaces }) => namespaces));
  return [
    namespace(systemNamespace, 'restricted'),
    ...[...names].filter(isOurs).map((name) => namespace(name, levelOf(name, [...environments, ...others]))),
    ...environments.flatMap(({ name }) => identityOf(name, group)),
    ...environments.flatMap(rightsOf),
    ...environments.flatMap((environment) => makerOf(environment, group)),
  ];
}

/** The second identity: what it may do anywhere, the policy that holds it to its own, and the rights that it may hand on. */
function makerOf({ name, rules, podSecurity = 'baseline', newNamespaces }: BootstrapEnvironment, group: string) {
  if (newNamespaces === undefined) return [];
  const maker = namespaceMakerOf(name);
  const subject = { kind: 'ServiceAccount', name: maker, namespace: systemNamespace };
  const metadata = { name: roleOf(maker) };
  return [
    // Before anybody may be the maker.
    ...makerPolicy({ environment: name, newNamespaces, podSecurity }),
    role('ClusterRole', { name: namespacedRoleOf(name) }, rules),
    role('ClusterRole', metadata, makerRules(name)),
    binding('ClusterRole', metadata, subject),
    ...identityOf(maker, group),
  ];
}

/** What Kubernetes made for itself runs with rights on its nodes, and is nobody's to label. */
const isOurs = (namespace: string) => !namespace.startsWith('kube-');

/** Where several share a namespace, the API server can only hold them to what the least strict may do; the reconciler holds each to its own. */
const levelOf = (
  namespace: string,
  environments: readonly Pick<BootstrapEnvironment, 'namespaces' | 'podSecurity'>[],
) =>
  loosest(
    environments
      .filter(({ namespaces }) => namespaces.includes(namespace))
      .map(({ podSecurity = 'baseline' }) => podSecurity),
  );

const namespace = (name: string, level: PodSecurityLevel) =>
  object('v1', 'Namespace', { name, labels: { [enforceLabel]: level } });

/** A ServiceAccount, and the right to act as it. A Role for each, so that one environment can be added without naming the others. */
function identityOf(environment: string, group: string): KubernetesObject[] {
  const metadata = { name: `plumbline-act-as-${environment}`, namespace: systemNamespace };
  return [
    object('v1', 'ServiceAccount', { name: environment, namespace: systemNamespace }),
    role('Role', metadata, [impersonation(environment)]),
    binding('Role', metadata, { apiGroup: rbac, kind: 'Group', name: group }),
  ];
}

const impersonation = (environment: string): PolicyRule => ({
  apiGroups: [''],
  resources: ['serviceaccounts'],
  verbs: ['impersonate'],
  resourceNames: [environment],
});

function rightsOf({
  name: environment,
  namespaces,
  rules,
  clusterKinds = [],
  clusterRules = [],
}: BootstrapEnvironment) {
  const name = roleOf(environment);
  const subject = { kind: 'ServiceAccount', name: environment, namespace: systemNamespace };
  const others = clusterKinds.filter((kind) => kind !== 'Namespace');
  const ownNamespaces = others.length < clusterKinds.length ? rulesForNamespaces(namespaces) : [];
  const clusterWide = [...ownNamespaces, ...rulesForKinds(others.map(parseKindName)), ...clusterRules];
  const namespaced = namespaces.flatMap((namespace) => [
    role('Role', { name, namespace }, rules),
    binding('Role', { name, namespace }, subject),
  ]);
  if (clusterWide.length === 0) return namespaced;
  return [...namespaced, role('ClusterRole', { name }, clusterWide), binding('ClusterRole', { name }, subject)];
}

type Metadata = { name: string; namespace?: string; labels?: Record<string, string> };
type RoleKind = 'Role' | 'ClusterRole';

const object = (apiVersion: string, kind: string, metadata: Metadata, rest: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata,
  ...rest,
});

const role = (kind: RoleKind, metadata: Metadata, rules: readonly PolicyRule[]) =>
  object(`${rbac}/v1`, kind, metadata, { rules });

/** Binds the role of the same name. */
const binding = (kind: RoleKind, metadata: Metadata, subject: Record<string, string>) =>
  object(`${rbac}/v1`, `${kind}Binding`, metadata, {
    roleRef: { apiGroup: rbac, kind, name: metadata.name },
    subjects: [subject],
  });
