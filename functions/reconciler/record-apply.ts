import { workOf } from '../../shared/state/standing.ts';
import { merge } from './decide-result.ts';
import { stayingIn } from './observe.ts';
import { type ApplicationRun, conclude } from './run.ts';
import type { Work } from './steps/plan-work.ts';
import type { Progress } from './steps/progress.ts';
import { lookAtHealth, waitForHealth } from './wait-for-health.ts';

/** One conditional write switches inventory, result and revision together. Health that takes longer is written when it is known. */
export async function recordApply(run: ApplicationRun, work: Work, progress: Progress): Promise<void> {
  const { session, entry } = run;
  const { inventory, findings, hooks, discovery } = progress;
  const { digest } = entry.artifact;
  const common = { artifact: digest, hooks, counts: countsOf(work, progress) };
  if (!progress.isDone) return session.save({ ...common, ...conclude(run, findings) }, inventory);
  const staying = stayingIn(inventory);
  const first = await lookAtHealth(staying, run, discovery);
  const { prune, namespace } = entry.settings;
  const whole = { ...common, applied: digest, work: workOf(entry), prune, namespace };
  await session.save({ ...whole, ...conclude(run, merge(findings, first.findings)) }, inventory);
  if (first.findings.waiting.length === 0) return;
  const seen = await waitForHealth(staying, first, run, discovery);
  await session.save(conclude(run, merge(findings, seen)));
}

const countsOf = ({ plan }: Work, { results, pruned }: Progress) => ({
  objects: plan.send.length + plan.unchanged.length,
  changed: results.filter(({ outcome }) => outcome === 'applied').length,
  pruned: pruned.filter(({ outcome }) => outcome === 'deleted').length,
});
