import type { ArtifactObject } from '../shared/artifacts/artifact.ts';
import { listAt, textAt, valueAt } from '../shared/health/read.ts';
import { describeIdentity, identityKey, identityOf, type KubernetesObject } from '../shared/manifests/object.ts';
import type { Problem } from '../shared/problem.ts';

/** One object as it is and as it should be; one of the two may be missing. */
export type Pair = { live?: KubernetesObject; desired?: KubernetesObject };

/**
 * Finds for each manifest the live object that it means. One without a namespace means the only object of its kind and name.
 * Live objects that nobody writes down, since the cluster makes them, are left out.
 */
export function matchObjects(live: readonly ArtifactObject[], desired: readonly ArtifactObject[]) {
  const found = desired.map((wanted) => ({ wanted, live: candidates(wanted.object, live) }));
  const problems = found.flatMap(({ wanted, live: several }) =>
    several.length > 1 ? [ambiguous(wanted, several)] : [],
  );
  const pairs = found.map(
    ({ wanted: { object }, live: [first] }): Pair => ({ desired: object, ...(first && { live: first }) }),
  );
  const taken = new Set(pairs.map((pair) => pair.live));
  const others = live
    .map(({ object }) => object)
    .filter((object) => !taken.has(object) && !isMadeByCluster(object) && !isClaimed(object, live));
  return { pairs: [...pairs, ...others.map((object): Pair => ({ live: object }))], problems };
}

function candidates(wanted: KubernetesObject, live: readonly ArtifactObject[]): KubernetesObject[] {
  const identity = identityOf(wanted);
  const key = identityKey(identity);
  const isAnywhere = identity.namespace === '';
  const keyOf = (object: KubernetesObject) =>
    identityKey(isAnywhere ? { ...identityOf(object), namespace: '' } : identityOf(object));
  return live.map(({ object }) => object).filter((object) => keyOf(object) === key);
}

function ambiguous({ object, source }: ArtifactObject, several: readonly KubernetesObject[]): Problem {
  const namespaces = several.map(({ metadata }) => metadata.namespace).join(', ');
  const message = `has no namespace, and there is one in each of ${namespaces}; say which one is meant`;
  return { ...source, object: describeIdentity(identityOf(object)), message };
}

const everywhere = new Set(['Event', 'Endpoints', 'EndpointSlice', 'Lease', 'ControllerRevision']);

function isMadeByCluster(object: KubernetesObject): boolean {
  const { kind, metadata } = object;
  const isControlled = listAt(object, 'metadata.ownerReferences').some(
    (owner) => valueAt(owner, 'controller') === true,
  );
  const isGiven =
    (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') ||
    (kind === 'ServiceAccount' && metadata.name === 'default');
  return isControlled || isGiven || everywhere.has(kind);
}

/** Claims that a StatefulSet made of its templates; they outlive it, so it doesn't own them. */
function isClaimed({ kind, metadata }: KubernetesObject, live: readonly ArtifactObject[]): boolean {
  if (kind !== 'PersistentVolumeClaim') return false;
  const sets = live.map(({ object }) => object).filter((object) => object.kind === 'StatefulSet');
  return sets
    .filter((set) => set.metadata.namespace === metadata.namespace)
    .flatMap((set) =>
      listAt(set, 'spec.volumeClaimTemplates').map((each) => `${textAt(each, 'metadata.name')}-${set.metadata.name}-`),
    )
    .some((prefix) => metadata.name.startsWith(prefix) && /^\d+$/.test(metadata.name.slice(prefix.length)));
}
