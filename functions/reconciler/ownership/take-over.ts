import { isDeepStrictEqual } from 'node:util';
import { foreignFields, takeOver } from '../../../shared/kubernetes/additions.ts';
import { adopted } from '../../../shared/kubernetes/adoption.ts';
import type { Failure } from '../../../shared/kubernetes/failure.ts';
import type { LiveObject, ManagedFields } from '../../../shared/kubernetes/live-object.ts';
import type { Place, Resource } from '../../../shared/kubernetes/resource.ts';
import type { ApplyContext } from '../apply-object.ts';
import type { Prepared } from '../prepared.ts';

const maximumAttempts = 10;
const pauseMilliseconds = 100;

const busy: Failure = {
  message: 'others change it all the time, so what they own of it could not be taken over',
  retryable: true,
};

type Context = Pick<ApplyContext, 'cluster' | 'sleep'>;
type Target = { resource: Resource; identity: Place };

/**
 * Rewrites who owns which fields of an object. During a rollout its controller writes to it, too: then it is read again.
 *
 * @returns why it could not, if so. An object that is gone is left to whoever applies it next
 */
export async function reassign(
  { resource, identity }: Target,
  live: LiveObject,
  { cluster, sleep }: Context,
  rewrite: (seen: LiveObject) => ManagedFields[],
): Promise<Failure | undefined> {
  let seen: LiveObject | undefined = live;
  for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
    if (seen === undefined) return undefined;
    const next = rewrite(seen);
    if (isDeepStrictEqual(next, seen.metadata.managedFields ?? [])) return undefined;
    if ((await cluster.reassign(resource, seen, next)) === 'written') return undefined;
    await sleep(pauseMilliseconds);
    seen = await cluster.read(resource, identity);
  }
  return busy;
}

/** Makes ours what somebody on the undo list owns and Git doesn't say, so that the next apply removes it. */
export async function takeAdditions(
  prepared: Prepared,
  live: LiveObject | undefined,
  context: ApplyContext,
): Promise<Failure | undefined> {
  const { manager } = context;
  const { policy } = prepared;
  if (live === undefined || live.metadata.deletionTimestamp !== undefined || policy.apply !== 'always')
    return undefined;
  if (foreignFields(live, manager, policy).length === 0) return undefined;
  return reassign(prepared, live, context, (seen) => takeOver(seen, manager, policy));
}

/** Makes ours what somebody else made, as it stands. */
export async function adopt(prepared: Prepared, context: ApplyContext): Promise<Failure | undefined> {
  const { adoption } = prepared;
  if (adoption === undefined || adoption.live.metadata.deletionTimestamp !== undefined) return undefined;
  return reassign(prepared, adoption.live, context, (seen) => adopted(seen, context.manager, adoption));
}
