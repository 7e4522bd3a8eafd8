import { MissingError, RefusedError } from '../../../shared/errors.ts';
import { autoscaledBy } from '../../../shared/kubernetes/autoscaled.ts';
import type { Cluster } from '../../../shared/kubernetes/cluster.ts';
import { isAppliedBy } from '../../../shared/kubernetes/ownership.ts';
import type { Resource } from '../../../shared/kubernetes/resource.ts';
import { identityKey, type ObjectIdentity } from '../../../shared/manifests/object.ts';

/**
 * Whether an autoscaler that the application doesn't have in Git (KEDA's, say, or another application's) scales an object.
 *
 * @returns true, too, if nobody may look: replicas that are left to an autoscaler that isn't there do less harm than the other mistake
 */
export type IsAutoscaled = (identity: ObjectIdentity) => Promise<boolean>;

const autoscalers: Resource = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
  verbs: ['list'],
};

/** Looks at most once into each namespace. */
export function createIsAutoscaled(cluster: Pick<Cluster, 'list'>, manager: string): IsAutoscaled {
  const looks = new Map<string, ReturnType<typeof look>>();

  async function look(namespace: string): Promise<Set<string> | 'unknown'> {
    try {
      const live = await cluster.list(autoscalers, namespace, '');
      return autoscaledBy(live.filter((each) => !isAppliedBy(each, manager)));
    } catch (error) {
      if (error instanceof RefusedError) return 'unknown';
      if (error instanceof MissingError) return new Set();
      throw error;
    }
  }

  return async (identity) => {
    const { namespace } = identity;
    const found = looks.get(namespace) ?? look(namespace);
    looks.set(namespace, found);
    const scaled = await found;
    return scaled === 'unknown' || scaled.has(identityKey(identity));
  };
}
