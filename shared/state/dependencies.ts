import type { Release, ReleaseEntry } from '../artifacts/release.ts';
import { describeProblem, type Problem } from '../problem.ts';
import { isApplied, isRendered } from './standing.ts';
import type { ApplicationState } from './types.ts';

export type StateOf = (application: string) => ApplicationState | undefined;

/**
 * What an application waits for before it is applied: each of its dependencies that isn't applied whole and healthy as this release wants it,
 * and how that one stands. Empty: it may be applied. What was healthy at an older revision doesn't count, nor what could not be rendered at
 * this one.
 */
export function awaited({ settings }: ReleaseEntry, { applications }: Release, stateOf: StateOf): Problem[] {
  return settings.dependsOn.flatMap((name) => {
    const entry = applications[name];
    const standing = entry === undefined ? 'is not in this revision' : obstacle(entry, stateOf(name));
    return standing === undefined ? [] : [{ message: `waits for "${name}", which ${standing}` }];
  });
}

function obstacle(entry: ReleaseEntry, state: ApplicationState | undefined): string | undefined {
  if (entry.settings.suspend) return 'is suspended';
  if (!isRendered(entry) || entry.problems.length > 0) return 'could not be rendered at this revision';
  if (state?.artifact === entry.artifact.digest && state.phase === 'failed') return `failed${because(state)}`;
  if (state?.artifact === entry.artifact.digest && state.phase === 'held') return `is held${because(state)}`;
  if (state?.phase === 'waiting') return 'waits itself';
  if (!isApplied(state, entry)) return 'is not applied at this revision yet';
  return state.phase === 'healthy' ? undefined : 'is not healthy yet';
}

function because({ problems: [first] }: ApplicationState): string {
  return first === undefined ? '' : `: ${describeProblem(first).slice(0, 200)}`;
}
