import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { annotations } from '../../../shared/kubernetes/names.ts';
import { isBuiltIn } from '../../../shared/kubernetes/order.ts';
import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { KubernetesObject, ObjectIdentity } from '../../../shared/manifests/object.ts';
import type { Hook } from '../prepared.ts';
import { type HookRun, markOf } from './hook-run.ts';

/** Nobody may look for so long. */
const shortestTimeToLive = 3600;

/** A hook as it is sent: with our mark, and, if it is a Job, kept for long enough that we see how it ended. */
export function hookObject(hook: Hook, run: HookRun, event: HookEvent): Hook {
  const { metadata } = hook.object;
  const marked = { ...metadata.annotations, [annotations.hookRun]: markOf(run, event) };
  return { ...hook, object: keepEnded({ ...hook.object, metadata: { ...metadata, annotations: marked } }) };
}

function keepEnded(object: KubernetesObject): KubernetesObject {
  const { spec } = object;
  if (object.kind !== 'Job' || !isPlainObject(spec) || typeof spec.ttlSecondsAfterFinished !== 'number') return object;
  const ttlSecondsAfterFinished = Math.max(spec.ttlSecondsAfterFinished, shortestTimeToLive);
  return { ...object, spec: { ...spec, ttlSecondsAfterFinished } };
}

/** Whether an object was made by this very attempt. */
export const isMadeFor = ({ metadata }: LiveObject, run: HookRun, event: HookEvent) =>
  metadata.annotations?.[annotations.hookRun] === markOf(run, event);

/**
 * Whether a hook's kind does something because it is made: Jobs, Pods, and custom resources such as workflows. Anything else (a
 * ConfigMap, a role) is applied over what is there, so that nobody who uses it finds it missing for a moment.
 */
export const isMadeAnew = ({ group, kind }: ObjectIdentity) =>
  (group === '' && kind === 'Pod') || (group === 'batch' && kind === 'Job') || !isBuiltIn(group);
