import { current, failed, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition } from './read.ts';

export const customResourceDefinition: HealthRule = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(describeCondition(names));
  return conditionOf(object, 'Established')?.status === 'True' ? current : progressing('it is not served yet');
};
