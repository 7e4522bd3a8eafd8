import { StaleError } from '../../../shared/errors.ts';
import { OutOfTimeError } from '../../../shared/kubernetes/api.ts';
import type { Failure } from '../../../shared/kubernetes/failure.ts';
import type { HookEvent } from '../../../shared/kubernetes/hooks.ts';
import { describeIdentity } from '../../../shared/manifests/object.ts';
import { failureOf } from '../failure-of.ts';
import { type Hook, problemWith } from '../prepared.ts';
import { hookEntry } from '../settle-inventory.ts';
import { isLeftOver, type Step } from '../steps/plan-steps.ts';
import { found, type Progress, type StepContext } from '../steps/progress.ts';
import { clearAway } from './clear-away.ts';
import { type Followed, followHook } from './follow-hook.ts';
import { isMadeFor } from './hook-object.ts';
import { isDone, withDone, withFailure } from './hook-run.ts';
import { type Made, makeHook } from './make-hook.ts';

/**
 * Runs the hooks of one event, one after the other. It is done when the last one has succeeded; what was to be deleted then is. One that
 * takes longer than there is time is found again by its mark, and not made a second time.
 */
export async function hooksStep(
  { event, hooks }: Step & { do: 'hooks' },
  first: Progress,
  context: StepContext,
): Promise<Progress> {
  let progress = first;
  for (const hook of hooks) {
    if (isDone(progress.hooks, event, hook)) continue;
    progress = await runHook({ hook, event }, progress, context);
    if (!progress.isDone) return progress;
  }
  return clearAway(
    hooks.filter((hook) => isLeftOver(hook, progress.inventory)),
    progress,
    context.run,
  );
}

type Turn = { hook: Hook; event: HookEvent };

async function runHook(turn: Turn, progress: Progress, context: StepContext): Promise<Progress> {
  const { session, deadline } = context.run;
  await session.ensureCurrent();
  if (deadline.remaining() <= 0) return found(progress, { isUnfinished: true }, false);
  try {
    const made = await findOrMake(turn, progress, context);
    if ('failure' in made) return notMade(turn, made.failure, progress);
    const next = { ...progress, inventory: withHook(turn.hook, made.object.metadata.uid, progress) };
    return settle(turn, await followHook(turn.hook, made.object, context.run, progress.discovery), next, context);
  } catch (error) {
    if (error instanceof StaleError) throw error;
    if (error instanceof OutOfTimeError) return found(progress, { isUnfinished: true }, false);
    return notMade(turn, failureOf(error), progress);
  }
}

async function findOrMake({ hook, event }: Turn, progress: Progress, { run, applying }: StepContext): Promise<Made> {
  const live = await run.open.cluster.read(hook.resource, hook.identity);
  const { hooks, inventory } = progress;
  if (live && isMadeFor(live, hooks, event) && live.metadata.deletionTimestamp === undefined) return { object: live };
  // While its predecessor goes, the waiting for that goes on.
  const isGoing = live?.metadata.deletionTimestamp !== undefined;
  const since = isGoing ? run.session.state().since : run.ports.clock.now().toISOString();
  await run.session.save({ hooks, since }, inventory);
  run.log.info('running a hook', { hook: describeIdentity(hook.identity), event });
  return makeHook(hook, { run: hooks, event, name: run.session.name, live }, applying);
}

const withHook = (hook: Hook, uid: string, { inventory }: Progress) =>
  new Map([...inventory, [hook.key, hookEntry(hook, uid)]]);

/** What has an end of its own is waited for; the rest is a failure like that of any other object. */
function notMade({ hook, event }: Turn, { message, retryable, waitsFor }: Failure, progress: Progress): Progress {
  if (waitsFor === 'deletion') {
    const problem = problemWith(hook, `the ${event} hook waits for its predecessor, which ${message}`);
    return found(progress, { waiting: [problem] }, false);
  }
  const problem = problemWith(hook, `the ${event} hook can't be run: ${message}`);
  return found(progress, { failures: [{ problem, retryable }] }, false);
}

async function settle(
  { hook, event }: Turn,
  { status, message }: Followed,
  progress: Progress,
  { run }: StepContext,
): Promise<Progress> {
  const { hooks } = progress;
  if (status === 'succeeded') return { ...progress, hooks: withDone(hooks, event, hook) };
  if (status === 'running')
    return found(progress, { waiting: [problemWith(hook, `the ${event} hook is under way: ${message}`)] }, false);
  const problem = problemWith(hook, `the ${event} hook failed: ${message}`);
  const failed = found({ ...progress, hooks: withFailure(hooks) }, { failures: [{ problem, retryable: true }] }, false);
  return hook.hook.deletion.includes('hook-failed') ? clearAway([hook], failed, run) : failed;
}
