import type { FailureKind } from '../../shared/metrics.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ApplicationState } from '../../shared/state/types.ts';

/** What went wrong with one object, or with the run as a whole. */
export type RunFailure = { problem: Problem; retryable: boolean };

/** What a run found out. */
export type Findings = {
  /** Time was up before everything was done. */
  isUnfinished?: boolean;
  failures: readonly RunFailure[];
  /** Objects that won't become healthy by themselves, and those that aren't yet. */
  unhealthy: readonly Problem[];
  waiting: readonly Problem[];
  /** What could not begin, and what it waits for. */
  blocked?: readonly Problem[];
};

export const nothingFound: Findings = { failures: [], unhealthy: [], waiting: [] };

export const merge = (one: Findings, other: Findings): Findings => ({
  isUnfinished: one.isUnfinished || other.isUnfinished || false,
  failures: [...one.failures, ...other.failures],
  unhealthy: [...one.unhealthy, ...other.unhealthy],
  waiting: [...one.waiting, ...other.waiting],
  blocked: [...(one.blocked ?? []), ...(other.blocked ?? [])],
});

/** Who can mend it; undefined where nothing has failed (yet). */
export function kindOf({ failures, unhealthy }: Findings): FailureKind | undefined {
  if (failures.length > 0) return failures.some(({ retryable }) => retryable) ? 'unavailable' : 'input';
  return unhealthy.length > 0 ? 'unhealthy' : undefined;
}

type Context = {
  /** Before this run. */
  previous: Pick<ApplicationState, 'next' | 'phase' | 'since' | 'lastSuccess'>;
  now: Date;
  timeoutSeconds: number;
};

export type Result = Pick<ApplicationState, 'phase' | 'problems' | 'next' | 'since' | 'lastSuccess'>;

const seconds = { healthLook: 15, firstRetry: 15, longestRetry: 600, firstPatience: 600, longestPatience: 3600 };

/** An item of the state table holds 400 KB. */
export const maximumProblems = 50;
const maximumMessage = 1_000;

/** How an application stands after a run, and when and why it is looked at again. */
export function decideResult(findings: Findings, context: Context): Result {
  const { isUnfinished, failures, unhealthy, waiting, blocked = [] } = findings;
  const { previous, now } = context;
  const common = { since: sinceOf(context), lastSuccess: previous.lastSuccess };
  const failed = cut([...failures.map(({ problem }) => problem), ...blocked]);
  if (isUnfinished) return { ...common, phase: 'applying', problems: failed, next: goOn(context) };
  if (failures.length > 0) return { ...common, phase: 'failed', problems: failed, next: retry(findings, context) };
  if (unhealthy.length > 0)
    return {
      ...common,
      phase: 'failed',
      problems: cut([...unhealthy, ...blocked]),
      next: look(now, seconds.longestRetry),
    };
  if (waiting.length > 0) return wait(findings, { ...context, common });
  return { ...common, phase: 'healthy', problems: [], next: undefined, lastSuccess: now.toISOString() };
}

/** The waiting begins anew when something that was healthy no longer is. */
const sinceOf = ({ previous: { phase, since }, now }: Context) =>
  since === undefined || phase === 'healthy' || phase === 'waiting' ? now.toISOString() : since;

type Wait = Context & { common: { since: string; lastSuccess: string | undefined } };

function wait({ waiting, blocked = [] }: Findings, { common, now, timeoutSeconds }: Wait): Result {
  const left = timeoutSeconds - (now.getTime() - new Date(common.since).getTime()) / 1000;
  if (left > 0)
    return {
      ...common,
      phase: 'progressing',
      problems: cut([...waiting, ...blocked]),
      next: look(now, Math.min(seconds.healthLook, left)),
    };
  const late = waiting.map((problem) => ({
    ...problem,
    message: `not ready after ${timeoutSeconds} s: ${problem.message}`,
  }));
  return { ...common, phase: 'failed', problems: cut([...late, ...blocked]), next: look(now, seconds.longestRetry) };
}

/** If it says nothing more, a run that announced itself at `now` is dead by then. */
export const presumedDead = (now: Date, attempt: number): NonNullable<Result['next']> => ({
  at: after(now, 300),
  why: 'retry',
  attempt,
});

const after = (now: Date, wait: number) => new Date(now.getTime() + wait * 1000).toISOString();

const look = (now: Date, wait: number) => ({ at: after(now, wait), why: 'health' as const, attempt: 0 });

export const attemptOf = ({ next }: Pick<ApplicationState, 'next'>) => (next?.why === 'retry' ? next.attempt : 0);

/** There is more to do, and nothing to wait for. */
const goOn = ({ previous, now }: Context): Result['next'] => ({
  at: now.toISOString(),
  why: 'retry',
  attempt: attemptOf(previous),
});

/** What may pass by itself is tried again soon; what a person must mend seldom, since a commit brings it back at once anyway. */
function retry({ failures }: Findings, { previous, now }: Context): Result['next'] {
  const attempt = attemptOf(previous) + 1;
  const mayPass = failures.some(({ retryable }) => retryable);
  const [first, longest] = mayPass
    ? [seconds.firstRetry, seconds.longestRetry]
    : [seconds.firstPatience, seconds.longestPatience];
  return { at: after(now, Math.min(longest, first * 2 ** (attempt - 1))), why: 'retry', attempt };
}

/** As many problems, and as much of each, as there is room for. */
export function cut(problems: readonly Problem[]): Problem[] {
  const kept = problems.slice(0, maximumProblems).map(shorten);
  const others = problems.length - kept.length;
  return others === 0 ? kept : [...kept, { message: `and ${others} more problems` }];
}

const shorten = (problem: Problem): Problem =>
  problem.message.length <= maximumMessage
    ? problem
    : { ...problem, message: `${problem.message.slice(0, maximumMessage)}…` };
