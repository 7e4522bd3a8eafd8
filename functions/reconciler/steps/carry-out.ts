import { foresee } from '../foresee.ts';
import { hooksStep } from '../hooks/hooks-step.ts';
import { applyContext, type Run } from '../run.ts';
import { applyStep } from './apply-step.ts';
import { awaitStep } from './await-step.ts';
import { describeBlocked } from './blocked.ts';
import type { Step } from './plan-steps.ts';
import type { Progress, StepContext } from './progress.ts';
import { pruneStep } from './prune-step.ts';

/**
 * Carries out one step after the other, until one doesn't come to its end: it failed, or needs more time than there is. What waits for
 * that is told.
 */
export async function carryOutSteps(steps: readonly Step[], first: Progress, run: Run): Promise<Progress> {
  const context = { run, applying: applyContext(run) };
  let progress = first;
  for (const [index, step] of steps.entries()) {
    if (index > 0 && step.do === 'apply') await checkpoint(progress, run);
    progress = await carryOut(step, progress, context);
    if (!progress.isDone) return withBlocked(progress, steps.slice(index + 1), context);
  }
  return progress;
}

function carryOut(step: Step, progress: Progress, context: StepContext): Promise<Progress> {
  switch (step.do) {
    case 'apply':
      return applyStep(step, progress, context);
    case 'await':
      return awaitStep(step, progress, context);
    case 'hooks':
      return hooksStep(step, progress, context);
    case 'prune':
      return pruneStep(step, progress, context);
  }
}

/** Each wave is waited for as long as a rollout may take, and what was done before it isn't done again. */
async function checkpoint({ inventory, hooks }: Progress, { session, ports }: Run): Promise<void> {
  await session.save({ hooks, since: ports.clock.now().toISOString() }, inventory);
}

/** What somebody has to mend anyway is told with all other mistakes of the revision; what may pass by itself isn't worth asking for them. */
async function withBlocked(progress: Progress, waiting: readonly Step[], { applying }: StepContext): Promise<Progress> {
  const { findings } = progress;
  const { failures } = findings;
  const objects = waiting.flatMap((step) => (step.do === 'apply' ? step.objects : []));
  const isMistaken = failures.some(({ retryable }) => !retryable);
  const foreseen = isMistaken ? await foresee(objects, failures, applying) : [];
  const blocked = describeBlocked(waiting, findings);
  return { ...progress, findings: { ...findings, failures: [...failures, ...foreseen], blocked } };
}
