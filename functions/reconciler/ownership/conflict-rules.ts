import { isIgnored, isUndone } from '../../../shared/kubernetes/additions.ts';
import { isScaling } from '../../../shared/kubernetes/autoscaled.ts';
import type { ConflictRules, FieldConflict } from '../../../shared/kubernetes/conflict.ts';
import { isCovered, readFieldPath } from '../../../shared/kubernetes/field-path.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import type { ApplyContext } from '../apply-object.ts';
import type { Prepared } from '../prepared.ts';

/** Scales for the HorizontalPodAutoscalers, and for nobody else. */
const controllerManager = 'kube-controller-manager';

/**
 * Which fields of a conflict are left to others. Ignored ones are. Replicas are left to an autoscaler as long as it is there: what is
 * gone doesn't keep them.
 *
 * @param sent the object as it was sent
 */
export async function conflictRules(
  { identity, policy, adoption }: Prepared,
  sent: KubernetesObject,
  conflicts: readonly FieldConflict[],
  { isAutoscaled }: Pick<ApplyContext, 'isAutoscaled'>,
): Promise<ConflictRules> {
  const scaling = conflicts.filter(isScaling);
  const isByOthers = scaling.some(({ manager }) => manager !== controllerManager);
  const isScaled = scaling.length > 0 && (isByOthers || (await isAutoscaled(identity)));
  const isIgnoredField = ({ field }: FieldConflict) =>
    isCovered(readFieldPath(sent, field) ?? [], policy.ignore.fields);
  return {
    policy: policy.conflicts,
    isLeft: (each) => isIgnored(each.manager, policy) || isIgnoredField(each) || (isScaled && isScaling(each)),
    isTaken: (each) =>
      isUndone(each.manager) || adoption?.managers.includes(each.manager) || (!isScaled && isScaling(each)),
  };
}
