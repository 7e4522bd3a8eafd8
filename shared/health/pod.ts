import { current, failed, type HealthRule, progressing } from './health.ts';
import { explainPod } from './pods.ts';
import { conditionOf, textAt } from './read.ts';

export const pod: HealthRule = (object) => {
  const phase = textAt(object, 'status.phase');
  if (phase === 'Succeeded') return current;
  if (phase === 'Failed')
    return failed(explainPod(object) || `its containers failed ${textAt(object, 'status.message')}`.trim());
  if (phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') return current;
  return progressing(explainPod(object) || (phase === 'Running' ? 'it is not ready' : 'it has not started'));
};
