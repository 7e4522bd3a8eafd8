import { current, type HealthRule, progressing } from './health.ts';
import { numberAt, textAt } from './read.ts';

export const daemonSet: HealthRule = (object) => {
  if (textAt(object, 'spec.updateStrategy.type') === 'OnDelete') return current;
  const wanted = numberAt(object, 'status.desiredNumberScheduled', -1);
  if (wanted < 0) return progressing('it has not been looked at yet');
  const updated = numberAt(object, 'status.updatedNumberScheduled');
  const available = numberAt(object, 'status.numberAvailable');
  if (updated < wanted) return progressing(`${updated} of ${wanted} pods are of the newest template`);
  return available < wanted ? progressing(`${available} of ${wanted} pods are available`) : current;
};
