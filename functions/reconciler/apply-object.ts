import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Applied, Cluster } from '../../shared/kubernetes/cluster.ts';
import { decideConflict, withoutField } from '../../shared/kubernetes/conflict.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { redact } from '../../shared/kubernetes/redact.ts';
import type { Prepared } from './prepared.ts';

export type ApplyContext = {
  cluster: Cluster;
  manager: string;
  deadline: Deadline;
  /** For waiting on what will pass by itself: many objects of one terminating namespace share it. */
  patience: Deadline;
  sleep(milliseconds: number): Promise<unknown>;
};

export type ObjectResult =
  | { outcome: 'applied'; prepared: Prepared; object: LiveObject }
  /** It was only to be made, and is there already. */
  | { outcome: 'left'; prepared: Prepared; object: LiveObject }
  | { outcome: 'failed'; prepared: Prepared; failure: Failure };

/** How long one object waits for what will pass soon: a kind that is about to be served, a deletion under way. */
const longestWait = 15_000;
const pauseMilliseconds = 250;

/** Applies one object: without force first, then as its conflicts allow, and again while what hinders it is passing. */
export async function applyObject(prepared: Prepared, context: ApplyContext, dryRun = false): Promise<ObjectResult> {
  const longest = dryRun ? 0 : longestWait;
  for (let waited = 0; ; waited += pauseMilliseconds) {
    const result = await (prepared.policy.apply === 'create-only' ? makeOnce : applyOnce)(prepared, context, dryRun);
    if (result.outcome !== 'failed' || result.failure.waitsFor === undefined) return result;
    if (waited >= longest || context.patience.remaining() <= 0) return result;
    await context.sleep(pauseMilliseconds);
  }
}

/** What is there already stays as it is, whoever made it. */
async function makeOnce(prepared: Prepared, context: ApplyContext, dryRun: boolean): Promise<ObjectResult> {
  const object = await context.cluster.read(prepared.resource, prepared.identity);
  if (object === undefined) return applyOnce(prepared, context, dryRun);
  return object.metadata.deletionTimestamp === undefined
    ? { outcome: 'left', prepared, object }
    : { outcome: 'failed', prepared, failure: beingDeleted(object) };
}

async function applyOnce(
  prepared: Prepared,
  { cluster, manager }: ApplyContext,
  dryRun: boolean,
): Promise<ObjectResult> {
  const { resource, object } = prepared;
  const first = await cluster.apply(resource, object, { manager, force: false, dryRun });
  if (first.outcome !== 'conflict') return toResult(prepared, first);
  const decision = decideConflict(first.conflicts, { policy: prepared.policy.conflicts });
  if (decision.do === 'refuse')
    return { outcome: 'failed', prepared, failure: { message: decision.message, retryable: false } };
  const [rest, force] =
    decision.do === 'yield' ? [decision.fields.reduce(withoutField, object), decision.force] : [object, true];
  return toResult(prepared, await cluster.apply(resource, rest, { manager, force, dryRun }));
}

function toResult(prepared: Prepared, applied: Applied): ObjectResult {
  if (applied.outcome === 'applied')
    return applied.object.metadata.deletionTimestamp === undefined
      ? { outcome: 'applied', prepared, object: applied.object }
      : { outcome: 'failed', prepared, failure: beingDeleted(applied.object) };
  const failure = applied.outcome === 'refused' ? applied.failure : ownersChange;
  return { outcome: 'failed', prepared, failure: { ...failure, message: redact(failure.message, prepared.object) } };
}

const ownersChange: Failure = { message: 'its fields change owners all the time', retryable: true };

/** The server applies to an object that is being deleted, and then deletes it. */
function beingDeleted({ metadata }: LiveObject): Failure {
  const finalizers = metadata.finalizers?.join(', ') || 'none';
  return {
    message: `is being deleted; it is made anew when it is gone. Its finalizers: ${finalizers}`,
    retryable: true,
    waitsFor: 'deletion',
  };
}
