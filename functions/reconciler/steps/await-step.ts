import { lookAtHealth, waitForHealth } from '../wait-for-health.ts';
import type { Step } from './plan-steps.ts';
import { found, type Progress, type StepContext } from './progress.ts';

/** Waits a little until these objects are healthy. It is done when they are. */
export async function awaitStep(
  { keys }: Step & { do: 'await' },
  progress: Progress,
  { run }: StepContext,
): Promise<Progress> {
  const { inventory, discovery } = progress;
  const entries = keys.flatMap((key) => inventory.get(key) ?? []);
  const seen = await waitForHealth(entries, await lookAtHealth(entries, run, discovery), run, discovery);
  const isDone = seen.failures.length + seen.unhealthy.length + seen.waiting.length === 0;
  return found(progress, { ...seen, isUnfinished: !isDone && run.deadline.remaining() <= 0 }, isDone);
}
