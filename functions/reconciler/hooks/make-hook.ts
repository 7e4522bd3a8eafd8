import type { Failure } from '../../../shared/kubernetes/failure.ts';
import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { type ApplicationName, applicationLabel, labelValue } from '../../../shared/kubernetes/names.ts';
import { type ApplyContext, applyObject } from '../apply-object.ts';
import type { Hook } from '../prepared.ts';
import { removeObject } from '../remove-object.ts';
import { hookObject, isMadeAnew } from './hook-object.ts';
import type { HookRun } from './hook-run.ts';

export type Made = { object: LiveObject } | { failure: Failure };

type Place = { run: HookRun; event: HookEvent; name: ApplicationName; live: LiveObject | undefined };

/** Makes what a hook says. What an earlier one of its name made is deleted first, with its pods, so that no two run at once. */
export async function makeHook(hook: Hook, { run, event, name, live }: Place, context: ApplyContext): Promise<Made> {
  if (live !== undefined && isMadeAnew(hook.identity)) {
    const obstacle = whyNotDeleted(live, hook, name);
    if (obstacle !== undefined) return { failure: { message: obstacle, retryable: false } };
    const failure = await removeObject(hook, live, context, 'Foreground');
    if (failure !== undefined) return { failure };
  }
  const result = await applyObject(hookObject(hook, run, event), context);
  return result.outcome === 'failed' ? { failure: result.failure } : { object: result.object };
}

/** What we made we may delete; of what somebody else made, the delete policy says so. */
function whyNotDeleted({ metadata }: LiveObject, { hook }: Hook, name: ApplicationName): string | undefined {
  const owner = metadata.labels?.[applicationLabel];
  if (owner === labelValue(name)) return undefined;
  if (owner !== undefined) return `there is one already, and it belongs to the application ${owner}`;
  if (hook.deletion.includes('before-hook-creation')) return undefined;
  return 'there is one already that this application did not make; delete it, or add before-hook-creation to helm.sh/hook-delete-policy';
}
