import { current, type HealthRule, progressing, terminating } from './health.ts';
import { textAt } from './read.ts';

export const namespace: HealthRule = (object) => {
  const phase = textAt(object, 'status.phase');
  if (phase === 'Terminating') return terminating('it is being deleted');
  return phase === 'Active' ? current : progressing('it is not active yet');
};
