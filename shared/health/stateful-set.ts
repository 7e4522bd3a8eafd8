import { current, type HealthRule, progressing } from './health.ts';
import { numberAt, textAt } from './read.ts';

export const statefulSet: HealthRule = (object) => {
  if (textAt(object, 'spec.updateStrategy.type') === 'OnDelete') return current;
  const wanted = numberAt(object, 'spec.replicas', 1);
  const replicas = numberAt(object, 'status.replicas');
  const ready = numberAt(object, 'status.readyReplicas');
  const updated = numberAt(object, 'status.updatedReplicas');
  // A partition holds the pods below it back at the old template on purpose.
  const partition = numberAt(object, 'spec.updateStrategy.rollingUpdate.partition');
  const toUpdate = Math.max(0, wanted - partition);
  if (replicas !== wanted) return progressing(`${replicas} of ${wanted} pods exist`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} pods are ready`);
  if (updated < toUpdate) return progressing(`${updated} of ${toUpdate} pods are of the newest template`);
  const isComplete = textAt(object, 'status.currentRevision') === textAt(object, 'status.updateRevision');
  return partition === 0 && !isComplete ? progressing('the last pods are being updated') : current;
};
