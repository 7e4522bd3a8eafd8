import { isDefinition } from '../../../shared/kubernetes/definitions.ts';
import { fieldManager } from '../../../shared/kubernetes/names.ts';
import type { ObjectResult } from '../apply-object.ts';
import { type ApplyOutcome, applyStages } from '../apply-stages.ts';
import { problemWith } from '../prepared.ts';
import { withApplied } from '../settle-inventory.ts';
import { tellFailure } from '../tell-failure.ts';
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
  const failed = results.filter((result) => result.outcome === 'failed');
  const failures = failed
    .filter((result) => !isReplaced(result))
    .flatMap(({ prepared, failure }) => tellFailure(prepared, failure));
  const waiting = failed.filter(isReplaced).map(({ prepared, failure }) => problemWith(prepared, failure.message));
  const next = {
    ...progress,
    inventory: withApplied(progress.inventory, results, fieldManager(run.session.name)),
    results: [...progress.results, ...results],
    discovery: definesKinds(applied) && untried.length === 0 ? await run.open.discovery(true) : progress.discovery,
  };
  const isUnfinished = untried.length > 0 && run.deadline.remaining() <= 0;
  return found(next, { isUnfinished, failures, waiting }, untried.length + failed.length === 0);
}

type Failed = ObjectResult & { outcome: 'failed' };

/** New definitions mean new kinds: whoever renders hears of them, and so do we before we look for their objects. */
const definesKinds = ({ results }: ApplyOutcome) =>
  results.some(({ outcome, prepared }) => outcome === 'applied' && isDefinition(prepared.object));

/** It is being deleted to be made anew: that has an end, and is nobody's failure. */
const isReplaced = ({ prepared, failure }: Failed) => prepared.policy.replace && failure.waitsFor === 'deletion';
