import { keys } from '../../../shared/artifacts/keys.ts';
import { type Plan, planSchema } from '../../../shared/artifacts/plan.ts';
import type { ObjectStore } from '../../../shared/artifacts/store.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { MissingError } from '../../../shared/errors.ts';
import type { PullRequestState } from '../../../shared/state/pull-request.ts';

/** A pull request, and those of its plans that are there, by the names of their applications. */
export type View = { state: PullRequestState; plans: Plan[] };

const concurrentReads = 8;

/** Reads the plans that were noted. One that has expired since then is left out. */
export async function readPlans(state: PullRequestState, objects: Pick<ObjectStore, 'get'>): Promise<Plan[]> {
  const { environment, asked } = state;
  const names = (asked?.applications ?? []).filter((name) => Object.hasOwn(asked?.done ?? {}, name));
  const found = await mapConcurrently(names, concurrentReads, (name) =>
    readPlan(keys.plan(environment, name, asked?.id ?? ''), objects),
  );
  return found.filter((plan) => plan !== undefined);
}

async function readPlan(key: string, objects: Pick<ObjectStore, 'get'>): Promise<Plan | undefined> {
  try {
    return planSchema.parse(JSON.parse(new TextDecoder().decode(await objects.get(key))));
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
}
