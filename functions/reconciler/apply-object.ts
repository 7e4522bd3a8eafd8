import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Applied, Cluster } from '../../shared/kubernetes/cluster.ts';
import { decideConflict, withoutField } from '../../shared/kubernetes/conflict.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import { handOver } from '../../shared/kubernetes/hand-over.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { redact } from '../../shared/kubernetes/redact.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { IsAutoscaled } from './ownership/autoscalers.ts';
import { conflictRules } from './ownership/conflict-rules.ts';
import { adopt } from './ownership/take-over.ts';
import type { Prepared } from './prepared.ts';
import { refusalOf } from './refuse-conflict.ts';
import { replaceObject } from './replace-object.ts';

export type ApplyContext = {
  cluster: Cluster;
  manager: string;
  deadline: Deadline;
  /** For waiting on what will pass by itself: many objects of one terminating namespace share it. */
  patience: Deadline;
  sleep(milliseconds: number): Promise<unknown>;
  isAutoscaled: IsAutoscaled;
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
    if (result.outcome !== 'failed') return result;
    if (result.failure.immutable !== undefined && !dryRun)
      return replaceObject(prepared, result.failure, context, () => applyOnce(prepared, context, dryRun));
    if (result.failure.waitsFor === undefined) return result;
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

async function applyOnce(prepared: Prepared, context: ApplyContext, dryRun: boolean): Promise<ObjectResult> {
  const { resource } = prepared;
  const { cluster, manager } = context;
  const busy = dryRun ? undefined : await adopt(prepared, context);
  if (busy !== undefined) return { outcome: 'failed', prepared, failure: busy };
  const object = await objectToSend(prepared, context);
  const first = await cluster.apply(resource, object, { manager, force: false, dryRun });
  if (first.outcome !== 'conflict') return toResult(prepared, first);
  const decision = decideConflict(first.conflicts, await conflictRules(prepared, object, first.conflicts, context));
  const refusal = await refusalOf({ prepared, conflicts: first.conflicts, decision }, context, dryRun);
  if (refusal !== undefined) return { outcome: 'failed', prepared, failure: refusal };
  const [rest, force] =
    decision.do === 'yield' ? [decision.fields.reduce(withoutField, object), decision.force] : [object, true];
  return toResult(prepared, await cluster.apply(resource, rest, { manager, force, dryRun }));
}

/** Only an object of which fields are ignored is read first: who owns them says what is sent of them. */
async function objectToSend(
  { resource, identity, object, policy }: Prepared,
  { cluster, manager }: ApplyContext,
): Promise<KubernetesObject> {
  const { fields } = policy.ignore;
  const live = fields.length === 0 ? undefined : await cluster.read(resource, identity);
  return live === undefined ? object : handOver(object, live, manager, fields);
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
