import type { Release } from '../../shared/artifacts/release.ts';
import type { Problem } from '../../shared/problem.ts';
import { isRendered, type RenderedEntry } from '../../shared/state/standing.ts';
import type { ApplicationState } from '../../shared/state/types.ts';

/**
 * What there is to ask the cluster about a revision. `apply`: what applying it would do. `remove`: what deleting the application would
 * do. `tell`: nothing, since the revision as a whole would not be applied, or has nothing to do with the application.
 */
export type PlanDecision =
  | { do: 'apply'; entry: RenderedEntry }
  | { do: 'remove' }
  | { do: 'tell'; outcome: 'planned' | 'refused' | 'held'; problems: readonly Problem[] };

/** @param state of the application today */
export function decidePlan(application: string, release: Release, state: ApplicationState | undefined): PlanDecision {
  const entry = release.applications[application];
  if (entry === undefined) return decideRemoval(release, state);
  if (entry.problems.length > 0) return tell('refused', ...entry.problems);
  if (!isRendered(entry)) return tell('refused', { file: entry.path, message: 'was not rendered' });
  if (entry.settings.suspend)
    return tell('held', { message: 'the application is suspended: nothing would be applied' });
  return { do: 'apply', entry };
}

const tell = (outcome: 'planned' | 'refused' | 'held', ...problems: Problem[]): PlanDecision => ({
  do: 'tell',
  outcome,
  problems,
});

function decideRemoval(release: Release, state: ApplicationState | undefined): PlanDecision {
  if (state === undefined) return tell('planned');
  if (Object.keys(release.applications).length > 0) return { do: 'remove' };
  return tell('held', { message: 'this revision has no application at all, so nothing would be deleted' });
}
