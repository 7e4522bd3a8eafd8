import { current, failed, type HealthRule, progressing } from './health.ts';
import { textAt } from './read.ts';

/** Claimed or not is the claim's business. */
export const persistentVolume: HealthRule = (object) => {
  const phase = textAt(object, 'status.phase');
  if (phase === 'Failed') return failed(textAt(object, 'status.message') || 'it could not be reclaimed');
  return phase === '' || phase === 'Pending' ? progressing('it is not available yet') : current;
};
