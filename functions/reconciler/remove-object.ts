import type { Propagation } from '../../shared/kubernetes/cluster.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import type { ApplyContext } from './apply-object.ts';
import type { Prepared } from './prepared.ts';

const longestMilliseconds = 15_000;
const pauseMilliseconds = 250;

/** Deletes an object that is to be made anew, and waits until it is gone. Undefined: it is. */
export async function removeObject(
  { resource, identity }: Pick<Prepared, 'resource' | 'identity'>,
  { metadata }: LiveObject,
  { cluster, patience, sleep }: ApplyContext,
  propagation: Propagation,
): Promise<Failure | undefined> {
  if (metadata.deletionTimestamp === undefined) {
    const removed = await cluster.remove(resource, identity, metadata.uid, propagation);
    if (removed.outcome === 'refused') return removed.failure;
  }
  for (let waited = 0; ; waited += pauseMilliseconds) {
    const live = await cluster.read(resource, identity);
    if (live?.metadata.uid !== metadata.uid) return undefined;
    if (waited >= longestMilliseconds || patience.remaining() <= 0) return beingDeleted(live);
    await sleep(pauseMilliseconds);
  }
}

function beingDeleted({ metadata }: LiveObject): Failure {
  const finalizers = metadata.finalizers?.join(', ') || 'none';
  return {
    message: `is being deleted, to be made anew when it is gone. Its finalizers: ${finalizers}`,
    retryable: true,
    waitsFor: 'deletion',
  };
}
