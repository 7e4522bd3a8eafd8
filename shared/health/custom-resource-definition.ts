import { current, failed, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition } from './read.ts';

export const customResourceDefinition: HealthRule = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(describeCondition(names));
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return current;
  const isRefused = established?.status === 'False' && established.reason !== 'Installing';
  return isRefused ? failed(describeCondition(established)) : progressing('it is not served yet');
};
