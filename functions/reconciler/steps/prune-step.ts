import { prune } from '../prune.ts';
import { findingsOfPrune, logKept } from '../prune-findings.ts';
import { pruneContext } from '../run.ts';
import { withoutPruned } from '../settle-inventory.ts';
import type { Step } from './plan-steps.ts';
import { found, type Progress, type StepContext } from './progress.ts';

/** Deletes what Git no longer has: what replaces an object stands by now. */
export async function pruneStep(
  { entries, isRemoval }: Step & { do: 'prune' },
  progress: Progress,
  { run }: StepContext,
): Promise<Progress> {
  const pruned = await prune(entries, pruneContext(run, progress.discovery, isRemoval));
  logKept(pruned, run.log);
  const findings = findingsOfPrune(pruned);
  const isTried = findings.failures.length === 0 && !findings.isUnfinished;
  const next = {
    ...progress,
    inventory: withoutPruned(progress.inventory, pruned),
    pruned: [...progress.pruned, ...pruned],
  };
  const isUnfinished = findings.isUnfinished === true && run.deadline.remaining() <= 0;
  return found(next, { ...findings, isUnfinished }, isTried && (!isRemoval || findings.waiting.length === 0));
}
