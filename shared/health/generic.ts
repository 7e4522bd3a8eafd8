import { current, failed, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition } from './read.ts';

/**
 * The conventions of custom resources: `Stalled` won't go on, `Reconciling` goes on, `Ready` or `Available` is the result.
 * A kind that says nothing of itself is current.
 */
export const generic: HealthRule = (object) => {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return failed(describeCondition(stalled));
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(describeCondition(reconciling));
  const result = conditionOf(object, 'Ready') ?? conditionOf(object, 'Available');
  return result === undefined || result.status === 'True' ? current : progressing(describeCondition(result));
};
