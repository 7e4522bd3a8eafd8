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
    if (!progress.isDone) return withBlocked(progress, steps.slice(index + 1));
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

function withBlocked(progress: Progress, waiting: readonly Step[]): Progress {
  const { findings } = progress;
  return { ...progress, findings: { ...findings, blocked: describeBlocked(waiting, findings) } };
}
