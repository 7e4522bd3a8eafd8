import { current, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition } from './read.ts';

export const apiService: HealthRule = (object) => {
  const available = conditionOf(object, 'Available');
  if (available === undefined) return progressing('it has not been looked at yet');
  return available.status === 'True' ? current : progressing(describeCondition(available));
};
