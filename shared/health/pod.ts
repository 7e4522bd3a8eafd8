import { current, failed, type HealthRule, progressing } from './health.ts';
import { explainPod } from './pods.ts';
import { conditionOf, textAt } from './read.ts';

export const pod: HealthRule = (object) => {
  const phase = textAt(object, 'status.phase');
  if (phase === 'Succeeded') return current;
  if (phase === 'Failed') return failed(explainPod(object) || describeFailure(object));
  if (phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') return current;
  return progressing(explainPod(object) || (phase === 'Running' ? 'it is not ready' : 'it has not started'));
};

function describeFailure(object: unknown): string {
  const message = textAt(object, 'status.message');
  return message === '' ? 'its containers failed' : `its containers failed: ${message}`;
}
