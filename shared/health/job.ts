import { current, failed, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition, numberAt, valueAt } from './read.ts';

/** Done. A suspended Job is as it should be. */
export const job: HealthRule = (object) => {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True') return failed(describeCondition(failure));
  const done = conditionOf(object, 'Complete')?.status === 'True';
  if (done || valueAt(object, 'spec.suspend') === true) return current;
  const wanted = numberAt(object, 'spec.completions', 1);
  return progressing(`${numberAt(object, 'status.succeeded')} of ${wanted} pods have succeeded`);
};
