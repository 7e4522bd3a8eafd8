import { current, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition, numberAt } from './read.ts';

export const replicaSet: HealthRule = (object) => {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return progressing(`pods can't be created: ${describeCondition(failure)}`);
  const wanted = numberAt(object, 'spec.replicas', 1);
  const replicas = numberAt(object, 'status.replicas');
  const available = numberAt(object, 'status.availableReplicas');
  if (replicas > wanted) return progressing(`${replicas - wanted} pods are to go`);
  return available < wanted ? progressing(`${available} of ${wanted} pods are available`) : current;
};
