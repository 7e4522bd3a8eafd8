import { isDefinition } from '../../../shared/kubernetes/definitions.ts';
import { fieldManager } from '../../../shared/kubernetes/names.ts';
import { type ApplyOutcome, applyStages } from '../apply-stages.ts';
import type { RunFailure } from '../decide-result.ts';
import { problemWith } from '../prepared.ts';
import { withApplied } from '../settle-inventory.ts';
import type { Step } from './plan-steps.ts';
import { found, type Progress, type StepContext } from './progress.ts';

/** Applies the objects of one wave, stage by stage. It is done when every one of them was taken. */
export async function applyStep(
  { objects }: Step & { do: 'apply' },
  progress: Progress,
  { run, applying }: StepContext,
): Promise<Progress> {
  const applied = await applyStages(objects, { ...applying, ensureCurrent: run.session.ensureCurrent });
  const { results, untried } = applied;
  const failures = failuresOf(applied);
  const next = {
    ...progress,
    inventory: withApplied(progress.inventory, results, fieldManager(run.session.name)),
    results: [...progress.results, ...results],
    discovery: definesKinds(applied) && untried.length === 0 ? await run.open.discovery(true) : progress.discovery,
  };
  const isUnfinished = untried.length > 0 && run.deadline.remaining() <= 0;
  return found(next, { isUnfinished, failures }, untried.length + failures.length === 0);
}

/** New definitions mean new kinds: whoever renders hears of them, and so do we before we look for their objects. */
const definesKinds = ({ results }: ApplyOutcome) =>
  results.some(({ outcome, prepared }) => outcome === 'applied' && isDefinition(prepared.object));

function failuresOf({ results }: ApplyOutcome): RunFailure[] {
  return results.flatMap((each) =>
    each.outcome === 'failed'
      ? [{ problem: problemWith(each.prepared, each.failure.message), retryable: each.failure.retryable }]
      : [],
  );
}
