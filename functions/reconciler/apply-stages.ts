import { mapConcurrently } from '../../shared/concurrency.ts';
import { OutOfTimeError, UnreachableError } from '../../shared/kubernetes/api.ts';
import { definitionStage, inStages, stageOf } from '../../shared/kubernetes/order.ts';
import { type ApplyContext, applyObject, type ObjectResult } from './apply-object.ts';
import { awaitDefinition } from './await-definition.ts';
import { failureOf } from './failure-of.ts';
import type { Prepared } from './prepared.ts';

/** More than the API server is sent at once, so that it never waits for us. */
export const concurrentObjects = 32;

type Options = ApplyContext & {
  /** Called before each stage. @throws StaleError to stop there */
  ensureCurrent(): Promise<void>;
};

export type ApplyOutcome = {
  results: ObjectResult[];
  /** There was no time for them, or the cluster didn't answer any more. */
  untried: Prepared[];
};

/**
 * Applies objects stage by stage, side by side within a stage. One that fails stops no other, and all failures are reported; only
 * the end of the time, or a cluster that doesn't answer, ends it all.
 */
export async function applyStages(objects: readonly Prepared[], options: Options): Promise<ApplyOutcome> {
  const results: ObjectResult[] = [];
  const untried: Prepared[] = [];
  let isReachable = true;
  for (const stage of inStages(objects, ({ identity }) => stageOf(identity))) {
    await options.ensureCurrent();
    await mapConcurrently(stage, concurrentObjects, async (prepared) => {
      if (!isReachable || options.deadline.remaining() <= 0) {
        untried.push(prepared);
        return;
      }
      try {
        results.push(await applyAwaited(prepared, options));
      } catch (error) {
        if (error instanceof OutOfTimeError) untried.push(prepared);
        else results.push({ outcome: 'failed', prepared, failure: failureOf(error) });
        if (error instanceof UnreachableError) isReachable = false;
      }
    });
  }
  return { results, untried };
}

async function applyAwaited(prepared: Prepared, context: ApplyContext): Promise<ObjectResult> {
  const result = await applyObject(prepared, context);
  const isAwaited = stageOf(prepared.identity) === definitionStage && result.outcome === 'applied';
  return isAwaited ? awaitDefinition(result, context) : result;
}
