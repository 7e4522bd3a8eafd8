/** A Kubernetes object as JSON, untouched. Integers beyond 2^53 are `JSON.rawJSON` values (see `json.ts`). */
export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
};

/** Names one object in a cluster. Two API versions of one group are the same object. `namespace` is '' for cluster-scoped objects. */
export type ObjectIdentity = { group: string; kind: string; namespace: string; name: string };

/** `group` of an apiVersion: '' for `v1`, `apps` for `apps/v1`. */
export const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

export function identityOf(object: KubernetesObject): ObjectIdentity {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** One text per identity, for maps and sets. */
export const identityKey = ({ group, kind, namespace, name }: ObjectIdentity) =>
  `${group}/${kind}/${namespace}/${name}`;

/** `Deployment example/web`, as people write it. */
export const describeIdentity = ({ kind, namespace, name }: ObjectIdentity) =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
