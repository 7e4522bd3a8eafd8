import { isDeepStrictEqual } from 'node:util';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import type { Environment, EnvironmentApplication } from '../../../shared/config/environment.ts';
import type { Problem } from '../../../shared/problem.ts';
import { type PlannedApplication, type Policy, policyOf } from '../plan-applications.ts';

/** `environment.yaml` of the branch that is to be merged into: what it says of all, and of each that it lists. */
export type BasePolicy = { config: Partial<Environment>; applications: ReadonlyMap<string, EnvironmentApplication> };

/** Where nothing can be read, the defaults hold, which are the strictest. */
export const strictestPolicy: BasePolicy = { config: {}, applications: new Map() };

type WithPolicy = { applications: PlannedApplication[]; notes: Problem[] };

/**
 * A pull request's applications under the branch's own policy: what may be taken over, forced, ignored or pruned is decided by who may merge.
 * What the pull request says otherwise is a note, since it holds only once it is merged.
 *
 * @param file `environment.yaml`, for the notes
 */
export function underBasePolicy(
  applications: readonly PlannedApplication[],
  base: BasePolicy,
  file: string,
): WithPolicy {
  const notes: Problem[] = [];
  const under = applications.map((application) => {
    const policy = policyOf(base.applications.get(application.name), base.config);
    notes.push(...differences(application, policy).map((note) => ({ file, ...note })));
    return { ...application, settings: { ...application.settings, ...policy } };
  });
  return { applications: under, notes };
}

function differences({ name, settings }: PlannedApplication, policy: Policy): Omit<Problem, 'file'>[] {
  const changed = (Object.keys(policy) as (keyof Policy)[]).filter(
    (key) => !isDeepStrictEqual(settings[key], policy[key]),
  );
  return changed.map((key) => ({
    field: `${name}: ${key}`,
    message: `becomes ${say(settings[key])} once this is merged; the plan is made with what holds today, ${say(policy[key])}`,
  }));
}

const longest = 200;

function say(value: ApplySettings[keyof ApplySettings]): string {
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
