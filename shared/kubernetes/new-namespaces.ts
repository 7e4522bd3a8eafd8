import { z } from 'zod';
import type { KubernetesObject } from '../manifests/object.ts';
import { environmentLabel, namespacedRoleOf, systemNamespace } from './names.ts';
import { enforceLabel, type PodSecurityLevel } from './pod-security/level.ts';

const quantities = z.record(
  z.string().min(1),
  z.union([z.string().min(1), z.number()]).transform((amount) => String(amount)),
);

/** What `deployer.yaml` says of namespaces that an environment makes itself. */
export const newNamespacesSchema = z.strictObject({
  prefix: z
    .string()
    .regex(
      /^(?!kube-|plumbline-)[a-z0-9][-a-z0-9]{0,40}-$/,
      'must be lower-case letters, digits and hyphens, end with a hyphen, and not begin with "kube-" or "plumbline-"',
    )
    .describe(
      'What their names begin with. No other environment of the cluster may have namespaces that begin with it.',
    ),
  quota: quantities
    .refine((amounts) => Object.keys(amounts).length > 0, 'must limit something, such as { pods: 20 }')
    .describe('What all pods in one of them may take together: `hard` of its ResourceQuota.'),
  containerDefaults: z
    .strictObject({
      requests: quantities.default({}).describe('Such as `{ memory: 64Mi }`.'),
      limits: quantities.default({}).describe('Such as `{ memory: 256Mi }`.'),
    })
    .optional()
    .describe(
      'What containers that say nothing request and are limited to (LimitRange). A quota of CPU or memory refuses pods without. Default: nothing.',
    ),
});
export type NewNamespaces = z.output<typeof newNamespacesSchema>;

/** Annotations of such a Namespace, one for each application that has objects in it: with the last of them it goes. */
export const usedByPrefix = 'used-by.plumbline.dev/';

type Place = { environment: string; namespace: string };
type Limits = NewNamespaces & { podSecurity: PodSecurityLevel };

/** The Namespace as one application applies it: several own it together, and each its own mark. */
export const namespaceFor = ({ environment, namespace }: Place, application: string, { podSecurity }: Limits) =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { [environmentLabel]: environment, [enforceLabel]: podSecurity },
      annotations: { [`${usedByPrefix}${application}`]: 'true' },
    },
  }) satisfies KubernetesObject;

/** What comes with such a Namespace: its limits, and the environment's rights in it. */
export function contentsOfNamespace({ environment, namespace }: Place, limits: Limits): KubernetesObject[] {
  const metadata = { name: 'plumbline', namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const { requests = {}, limits: most = {} } = limits.containerDefaults ?? {};
  const hasDefaults = Object.keys({ ...requests, ...most }).length > 0;
  const range = { type: 'Container', defaultRequest: requests, default: most };
  return [
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: limits.quota } },
    ...(hasDefaults ? [{ apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [range] } }] : []),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: namespacedRoleOf(environment) },
      subjects: [{ kind: 'ServiceAccount', name: environment, namespace: systemNamespace }],
    },
  ];
}
