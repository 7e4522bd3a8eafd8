import type { KubernetesObject } from '../../manifests/object.ts';
import { baselineFaults } from './baseline.ts';
import { enforceLabel, isLooser, type PodFault, type PodSecurityLevel, podSecurityLevels } from './level.ts';
import { podTemplateOf } from './pod-part.ts';
import { restrictedFaults } from './restricted.ts';

/**
 * What an object asks of a node that a level of the Pod Security Standards doesn't allow, as the API server judges pods: here of whatever
 * makes pods, before anything is sent, and of a Namespace that would let more through.
 */
export function podFaults(object: KubernetesObject, level: PodSecurityLevel): PodFault[] {
  if (level === 'privileged') return [];
  if (object.apiVersion === 'v1' && object.kind === 'Namespace') return looserLabel(object, level);
  const pod = podTemplateOf(object);
  if (pod === undefined) return [];
  const baseline = baselineFaults(pod);
  if (level === 'baseline') return baseline;
  const fields = new Set(baseline.map(({ field }) => field));
  return [...baseline, ...restrictedFaults(pod).filter(({ field }) => !fields.has(field))];
}

function looserLabel(namespace: KubernetesObject, level: PodSecurityLevel): PodFault[] {
  const said = namespace.metadata.labels?.[enforceLabel];
  const known = podSecurityLevels.find((each) => each === said);
  if (said === undefined || (known !== undefined && !isLooser(known, level))) return [];
  const stricter = podSecurityLevels.filter((each) => !isLooser(each, level));
  const field = `metadata.labels["${enforceLabel}"]`;
  return [{ field, found: JSON.stringify(said), accepted: [...stricter, 'nothing'].join(', ') }];
}
