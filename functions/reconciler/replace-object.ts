import type { Failure } from '../../shared/kubernetes/failure.ts';
import { explainImmutable } from '../../shared/kubernetes/immutable.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { annotations } from '../../shared/kubernetes/names.ts';
import { isPlainObject } from '../../shared/manifests/canonical.ts';
import type { ApplyContext, ObjectResult } from './apply-object.ts';
import { holdsData } from './plan-prune.ts';
import type { Prepared } from './prepared.ts';
import { removeObject } from './remove-object.ts';

/** Kinds of which two must never run at once: their pods go before they do. */
const exclusive = new Set(['StatefulSet', 'Job', 'Pod']);

/**
 * What becomes of an object with a field that can't be changed: it is explained, or, if its policy says so, deleted and made anew. A run
 * that is killed in between has announced the object, so the next one makes it.
 *
 * @param again applies it once more
 */
export async function replaceObject(
  prepared: Prepared,
  failure: Failure,
  context: ApplyContext,
  again: () => Promise<ObjectResult>,
): Promise<ObjectResult> {
  const { resource, identity, object, policy } = prepared;
  const live = await context.cluster.read(resource, identity);
  if (live === undefined) return again();
  const explained = explainImmutable(object, live, failure.immutable ?? []);
  const obstacle = whyNotReplaced(live, policy);
  if (obstacle !== undefined) return failed(prepared, { ...failure, message: `${explained}. ${obstacle}` });
  const propagation = exclusive.has(identity.kind) ? 'Foreground' : 'Background';
  const hindrance = await removeObject(prepared, live, context, propagation);
  return hindrance === undefined
    ? again()
    : failed(prepared, { ...hindrance, message: `${explained}. It ${hindrance.message}` });
}

const failed = (prepared: Prepared, failure: Failure): ObjectResult => ({ outcome: 'failed', prepared, failure });

const remedy = `Set it back, delete the object so that it is made anew, or annotate it with ${annotations.replace}: when-immutable to have that done`;

/** Why an object is not deleted and made anew, and what to do instead. Nothing that holds data ever is. */
export function whyNotReplaced(live: LiveObject, { replace }: Pick<Prepared['policy'], 'replace'>): string | undefined {
  if (!replace) return remedy;
  if (holdsData(live)) return 'Set it back: it holds data, so it is not deleted and made anew';
  return takesClaims(live)
    ? 'Set it back: its volume claims would be deleted with it (persistentVolumeClaimRetentionPolicy.whenDeleted), so it is not made anew'
    : undefined;
}

function takesClaims({ kind, spec }: LiveObject): boolean {
  const policy = isPlainObject(spec) ? spec.persistentVolumeClaimRetentionPolicy : undefined;
  return kind === 'StatefulSet' && isPlainObject(policy) && policy.whenDeleted === 'Delete';
}
