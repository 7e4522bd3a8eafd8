import type { PlannedObject } from '../../shared/artifacts/plan.ts';
import { describeAdoption } from '../../shared/kubernetes/adoption.ts';
import { OutOfTimeError, UnreachableError } from '../../shared/kubernetes/api.ts';
import type { HookEvent } from '../../shared/kubernetes/hooks.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { ownersOf } from '../../shared/kubernetes/owners.ts';
import { isAppliedBy } from '../../shared/kubernetes/ownership.ts';
import { plannedDifferences } from '../../shared/kubernetes/planned-difference.ts';
import { redact } from '../../shared/kubernetes/redact.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import { type ApplyContext, applyObject, type ObjectResult } from './apply-object.ts';
import { failureOf } from './failure-of.ts';
import type { Hook, Prepared } from './prepared.ts';
import { whyNotReplaced } from './replace-object.ts';

/** What would come of one object. Undefined: it would stay as it is. */
export type Preview = PlannedObject | undefined;

const maximumDifferences = 200;
const noTime = 'there was no time left to look at it';

export const placeOf = ({ identity, source }: Pick<Prepared, 'identity' | 'source'>) => ({
  ...source,
  object: describeIdentity(identity),
});

/** Asks the API server what applying one object would do, and changes nothing. */
export const previewObject = (prepared: Prepared, context: ApplyContext): Promise<Preview> =>
  unlessHindered(prepared, context, () => ask(prepared, context));

/** Asks whether a hook could be made. One of an earlier run may still be there, which says nothing: it is deleted first. */
export const previewHook = (hook: Hook, event: HookEvent, context: ApplyContext): Promise<Preview> =>
  unlessHindered(hook, context, async () => {
    const live = await context.cluster.read(hook.resource, hook.identity);
    if (live !== undefined && !isAppliedBy(live, context.manager)) return belonging(hook, live);
    const result = live === undefined ? await applyObject(hook, context, true) : undefined;
    const found = result?.outcome === 'failed' ? refused(result, live) : undefined;
    if (found?.action === 'refuse') return found;
    const unchecked = found?.action === 'create' ? found.unchecked : undefined;
    return { ...placeOf(hook), action: 'run', event, ...(unchecked !== undefined && { unchecked }) };
  });

async function unlessHindered(
  prepared: Prepared,
  context: ApplyContext,
  look: () => Promise<Preview>,
): Promise<Preview> {
  if (context.deadline.remaining() <= 0) return { ...placeOf(prepared), action: 'unknown', because: noTime };
  try {
    return await look();
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    if (error instanceof OutOfTimeError) return { ...placeOf(prepared), action: 'unknown', because: noTime };
    const { message, retryable } = failureOf(error);
    return { ...placeOf(prepared), action: 'refuse', message, retryable };
  }
}

/**
 * An object that isn't ours is not even compared: whether an apply conflicts would tell, guess by guess, what stands in it.
 */
async function ask(prepared: Prepared, context: ApplyContext): Promise<Preview> {
  const live = await context.cluster.read(prepared.resource, prepared.identity);
  if (live !== undefined && prepared.policy.apply === 'create-only') return undefined;
  if (live !== undefined && !isAppliedBy(live, context.manager)) return belonging(prepared, live);
  const result = await applyObject(prepared, context, true);
  if (result.outcome === 'failed') return refused(result, live);
  if (live === undefined) return { ...placeOf(prepared), action: 'create' };
  return changed(prepared, plannedDifferences(live, result.object, context.manager));
}

function belonging(prepared: Prepared, live: LiveObject): Preview {
  const owners = ownersOf(live);
  if ('managers' in owners)
    return { ...placeOf(prepared), action: 'adopt', owner: owners.managers, because: fateOf(prepared) };
  const message = `belongs to the application ${owners.applications}; an object can belong to one application only, so remove it from one of them`;
  return { ...placeOf(prepared), action: 'refuse', message, retryable: false };
}

const untold = 'what it holds is not told here, since it is not of this application';

const fateOf = ({ adoption }: Prepared) =>
  adoption === undefined
    ? `it exists already; ${untold}`
    : `it would be taken over ${describeAdoption(adoption)}; ${untold}`;

/** What an admission webhook can't be asked in a dry run, it is asked when it counts. */
function refused({ prepared, failure }: ObjectResult & { outcome: 'failed' }, live: LiveObject | undefined): Preview {
  const place = placeOf(prepared);
  const message = live === undefined ? failure.message : redact(failure.message, live);
  if (message.includes('does not support dry run'))
    return live === undefined
      ? { ...place, action: 'create', unchecked: message }
      : { ...place, action: 'change', differences: [], unchecked: message };
  if (live === undefined || failure.immutable === undefined)
    return { ...place, action: 'refuse', message, retryable: failure.retryable };
  const obstacle = whyNotReplaced(live, prepared.policy);
  return obstacle === undefined
    ? { ...place, action: 'replace', fields: failure.immutable }
    : { ...place, action: 'refuse', message: `${message}. ${obstacle}`, retryable: false };
}

function changed(prepared: Prepared, found: ReturnType<typeof plannedDifferences>): Preview {
  if (found.length === 0) return undefined;
  const differences = found.slice(0, maximumDifferences);
  const more = found.length - differences.length;
  return { ...placeOf(prepared), action: 'change', differences, ...(more > 0 && { more }) };
}
