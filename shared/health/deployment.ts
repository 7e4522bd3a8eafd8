import { current, failed, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition, numberAt, valueAt } from './read.ts';

/** Rolled out: every replica is of the newest template and available, and no old one is left. A paused one stands still on purpose. */
export const deployment: HealthRule = (object) => {
  if (valueAt(object, 'spec.paused') === true) return current;
  const progress = conditionOf(object, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return failed(describeCondition(progress));
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return progressing(`pods can't be created: ${describeCondition(failure)}`);
  const wanted = numberAt(object, 'spec.replicas', 1);
  const updated = numberAt(object, 'status.updatedReplicas');
  const replicas = numberAt(object, 'status.replicas');
  const available = numberAt(object, 'status.availableReplicas');
  if (updated < wanted) return progressing(`${updated} of ${wanted} pods are of the newest template`);
  if (replicas > updated) return progressing(`${replicas - updated} old pods are still there`);
  if (available < wanted) return progressing(`${available} of ${wanted} pods are available`);
  return conditionOf(object, 'Available')?.status === 'False' ? progressing('it is not available yet') : current;
};
