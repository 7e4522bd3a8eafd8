import type { InventoryEntry } from '../../../shared/artifacts/inventory.ts';
import { leavingReplicas } from '../../../shared/kubernetes/autoscaled.ts';
import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import type { Prepared } from '../prepared.ts';
import type { IsAutoscaled } from './autoscalers.ts';

/**
 * Where Git no longer says how many replicas there are, because an autoscaler that isn't in Git says it, they stay as they are. Without
 * that look, the object would fall to one replica until the autoscaler comes round.
 *
 * @param entry the object's, of the inventory
 */
export async function leaveReplicas(
  prepared: Prepared,
  entry: Pick<InventoryEntry, 'replicas'> | undefined,
  isAutoscaled: IsAutoscaled,
): Promise<Prepared> {
  const hadReplicas = entry?.replicas || replicasOf(prepared.adoption?.live) !== undefined;
  if (!hadReplicas || replicasOf(prepared.object) !== undefined) return prepared;
  const policy = leavingReplicas(prepared.policy);
  return policy === prepared.policy || !(await isAutoscaled(prepared.identity)) ? prepared : { ...prepared, policy };
}

const replicasOf = (object: KubernetesObject | undefined): unknown =>
  isPlainObject(object?.spec) ? object.spec.replicas : undefined;
