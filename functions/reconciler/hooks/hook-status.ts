import { current, type Health, progressing } from '../../../shared/health/health.ts';
import { judge } from '../../../shared/health/judge.ts';
import { textAt } from '../../../shared/health/read.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { groupOf } from '../../../shared/manifests/object.ts';

/** Whether a hook is done: Jobs and Pods when they have ended well, anything else as soon as it exists. That is how Helm has it, too. */
export function hookStatus(object: LiveObject): Health {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
  if (kind === 'batch/Job') return judge(object);
  if (kind !== '/Pod') return current;
  const health = judge(object);
  const isRunning = health.status === 'current' && textAt(object, 'status.phase') !== 'Succeeded';
  return isRunning ? progressing('it is running') : health;
}
