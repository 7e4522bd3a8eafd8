import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { fieldManager } from '../../shared/kubernetes/names.ts';
import { workOf } from '../../shared/state/standing.ts';
import type { ApplyOutcome } from './apply-stages.ts';
import { type Findings, merge, type RunFailure } from './decide-result.ts';
import { stayingIn } from './observe.ts';
import type { ApplyPlan } from './plan-apply.ts';
import { problemWith } from './prepared.ts';
import type { PruneResult } from './prune.ts';
import { findingsOfPrune } from './prune-findings.ts';
import { type ApplicationRun, conclude } from './run.ts';
import { withApplied, withoutPruned } from './settle-inventory.ts';
import { lookAtHealth, waitForHealth } from './wait-for-health.ts';

export type Done = {
  plan: ApplyPlan;
  announced: Inventory;
  applied: ApplyOutcome;
  pruned: PruneResult[];
  discovery: Discovery;
};

/** One conditional write switches inventory, result and revision together. Health that takes longer is written when it is known. */
export async function recordApply(run: ApplicationRun, done: Done): Promise<void> {
  const { session, entry } = run;
  const inventory = inventoryAfter(done, fieldManager(session.name));
  const findings = findingsOf(run, done);
  const { digest } = entry.artifact;
  const counts = countsOf(done);
  if (findings.isUnfinished || findings.failures.length > 0)
    return session.save({ artifact: digest, counts, ...conclude(run, findings) }, inventory);
  const staying = stayingIn(inventory);
  const first = await lookAtHealth(staying, run, done.discovery);
  const whole = { artifact: digest, applied: digest, work: workOf(entry), prune: entry.settings.prune, counts };
  await session.save({ ...whole, ...conclude(run, merge(findings, first.findings)) }, inventory);
  if (first.findings.waiting.length === 0) return;
  const seen = await waitForHealth(staying, first, run, done.discovery);
  await session.save(conclude(run, merge(findings, seen)));
}

function inventoryAfter({ announced, applied, pruned }: Done, manager: string): Inventory {
  return withoutPruned(withApplied(announced, applied.results, manager), pruned);
}

function findingsOf({ deadline }: ApplicationRun, { applied, pruned }: Done): Findings {
  const found = findingsOfPrune(pruned);
  return {
    ...found,
    isUnfinished: (applied.untried.length > 0 || found.isUnfinished === true) && deadline.remaining() <= 0,
    failures: [...failuresOf(applied), ...found.failures],
  };
}

function failuresOf({ results }: ApplyOutcome): RunFailure[] {
  return results.flatMap((each) =>
    each.outcome === 'failed'
      ? [{ problem: problemWith(each.prepared, each.failure.message), retryable: each.failure.retryable }]
      : [],
  );
}

const countsOf = ({ plan, applied, pruned }: Done) => ({
  objects: plan.send.length + plan.unchanged.length,
  changed: applied.results.filter(({ outcome }) => outcome === 'applied').length,
  pruned: pruned.filter(({ outcome }) => outcome === 'deleted').length,
});
