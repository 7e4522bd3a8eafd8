import { loggable } from '../../../shared/problem.ts';
import type { Hook } from '../prepared.ts';
import { prune } from '../prune.ts';
import { findingsOfPrune } from '../prune-findings.ts';
import { pruneContext, type Run } from '../run.ts';
import { withoutPruned } from '../settle-inventory.ts';
import type { Progress } from '../steps/progress.ts';

/** Deletes what hooks made, as their policies say. How they ended is on record before: nobody runs them again for being gone. */
export async function clearAway(hooks: readonly Hook[], progress: Progress, run: Run): Promise<Progress> {
  const { inventory, discovery } = progress;
  const entries = hooks.flatMap(({ key }) => inventory.get(key) ?? []);
  if (entries.length === 0) return progress;
  await run.session.save({ hooks: progress.hooks }, inventory);
  const pruned = await prune(entries, pruneContext(run, discovery, true));
  for (const { problem } of findingsOfPrune(pruned).failures) run.log.warn('hook left over', loggable(problem));
  return { ...progress, inventory: withoutPruned(inventory, pruned) };
}
