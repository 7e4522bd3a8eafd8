import { judge } from '../../shared/health/judge.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import type { ApplyContext, ObjectResult } from './apply-object.ts';

const longestMilliseconds = 30_000;
const pauseMilliseconds = 100;

/** Waits until a CRD is served or a Namespace is active, since the objects of the next stage may need it. */
export async function awaitDefinition(
  result: ObjectResult & { outcome: 'applied' },
  { cluster, deadline, sleep }: ApplyContext,
): Promise<ObjectResult> {
  const { prepared } = result;
  const longest = Math.min(longestMilliseconds, deadline.remaining());
  let object: LiveObject | undefined = result.object;
  for (let waited = 0; object !== undefined; waited += pauseMilliseconds) {
    const { status, message } = judge(object);
    if (status === 'current') return { ...result, object };
    if (status !== 'progressing' || waited >= longest)
      return { outcome: 'failed', prepared, failure: { message, retryable: true } };
    await sleep(pauseMilliseconds);
    object = await cluster.read(prepared.resource, prepared.identity);
  }
  return { outcome: 'failed', prepared, failure: { message: 'was deleted while it was awaited', retryable: true } };
}
