import { current, failed, type HealthRule, progressing } from './health.ts';
import { type Condition, conditionOf, describeCondition, numberAt } from './read.ts';

/**
 * The conventions of custom resources: `Stalled` won't go on, `Reconciling` goes on, `Ready` or `Available` is the result.
 * A kind that says nothing of itself is current.
 */
export const generic: HealthRule = (object) => {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return isOutdated(stalled, object) ? unjudged : failed(describeCondition(stalled));
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(describeCondition(reconciling));
  const result = conditionOf(object, 'Ready') ?? conditionOf(object, 'Available');
  if (result === undefined) return current;
  if (isOutdated(result, object)) return unjudged;
  return result.status === 'True' ? current : progressing(describeCondition(result));
};

const unjudged = progressing('its controller has not judged the newest version yet');

/** Some controllers say of each condition which version it is about. */
const isOutdated = ({ observedGeneration }: Condition, object: unknown) =>
  observedGeneration !== undefined && observedGeneration < numberAt(object, 'metadata.generation');
