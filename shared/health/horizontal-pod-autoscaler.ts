import { current, type HealthRule, progressing } from './health.ts';
import { conditionOf, describeCondition } from './read.ts';

/** Whether it can scale its target. Missing metrics are no reason to wait: they come some minutes after the pods, or never. */
export const horizontalPodAutoscaler: HealthRule = (object) => {
  const able = conditionOf(object, 'AbleToScale');
  return able?.status === 'False' ? progressing(describeCondition(able)) : current;
};
