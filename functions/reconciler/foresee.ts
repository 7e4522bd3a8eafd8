import { mapConcurrently } from '../../shared/concurrency.ts';
import { PlumblineError } from '../../shared/errors.ts';
import { UnreachableError } from '../../shared/kubernetes/api.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import { type ApplyContext, applyObject } from './apply-object.ts';
import { concurrentObjects } from './apply-stages.ts';
import type { RunFailure } from './decide-result.ts';
import type { Prepared } from './prepared.ts';
import { tellFailure } from './tell-failure.ts';

/**
 * What is wrong with manifests that a run doesn't come to because of other mistakes, by dry runs: whoever mends a revision hears of all of
 * them at once. What would only be refused for want of something that comes before it is not told.
 *
 * @param known what is told already: of these objects nothing is asked
 */
export async function foresee(
  objects: readonly Prepared[],
  known: readonly RunFailure[],
  context: ApplyContext,
): Promise<RunFailure[]> {
  const told = new Set(known.map(({ problem }) => problem.object));
  const others = objects.filter(({ identity }) => !told.has(describeIdentity(identity)));
  try {
    return (await mapConcurrently(others, concurrentObjects, (each) => ask(each, context))).flat();
  } catch (error) {
    if (error instanceof UnreachableError) return [];
    throw error;
  }
}

async function ask(prepared: Prepared, context: ApplyContext): Promise<RunFailure[]> {
  try {
    const result = await applyObject(prepared, context, true);
    if (result.outcome !== 'failed' || !result.failure.isCertain) return [];
    const isReplaced = result.failure.immutable !== undefined && prepared.policy.replace;
    return isReplaced ? [] : tellFailure(prepared, result.failure);
  } catch (error) {
    if (error instanceof UnreachableError || !(error instanceof PlumblineError)) throw error;
    return [];
  }
}
