import { current, failed, type HealthRule, progressing } from './health.ts';
import { textAt } from './read.ts';

export const persistentVolumeClaim: HealthRule = (object) => {
  const phase = textAt(object, 'status.phase');
  if (phase === 'Bound') return current;
  return phase === 'Lost' ? failed('its volume is gone') : progressing('it is not bound to a volume yet');
};
