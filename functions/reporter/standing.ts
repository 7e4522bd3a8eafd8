import { isDeepStrictEqual } from 'node:util';
import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import type { CommitState } from '../../shared/git/ports.ts';
import type { Problem } from '../../shared/problem.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { ApplicationState, Attempt } from '../../shared/state/types.ts';
import type { EnvironmentView } from './view.ts';

/** How something stands at the newest revision that was looked at. `problems` are all that somebody has to mend. */
export type Outcome = { state: CommitState; summary: string; problems: readonly Problem[] };

export type Standing = {
  /** Of the environment as a whole. */
  whole: Outcome;
  /** What is wrong with the revision, or with how it could be looked at, and is no single application's. */
  problems: readonly Problem[];
  /** The revision is the desired one, so that it is known what its applications are. */
  isCurrent: boolean;
  /** Of each application of the revision, and of those that are leaving. */
  applications: ReadonlyMap<string, Outcome>;
};

/**
 * Says what became of a revision: failure as soon as something failed, success only when every application is healthy at it.
 * It is made of the present state alone, so that it doesn't matter which change it was called for, or how often.
 */
export function decideStanding(view: EnvironmentView): Standing | undefined {
  const { attempt, desired, release } = view;
  if (attempt === undefined) return undefined;
  const current = desired?.revision === attempt.revision ? release : undefined;
  const applications = current === undefined ? new Map<string, Outcome>() : outcomesOf(current, view.applications);
  const parts = { isCurrent: current !== undefined, problems: ownProblems(attempt, current), applications };
  return { ...parts, whole: wholeOf(attempt, parts) };
}

function wholeOf(attempt: Attempt, { isCurrent, problems, applications }: Omit<Standing, 'whole'>): Outcome {
  const all = [...problems, ...[...applications.values()].flatMap((outcome) => outcome.problems)];
  if (all.length > 0) return failure(all);
  if (attempt.outcome === 'pending' || !isCurrent) return pending('is being rendered');
  const waiting = [...applications].filter(([, { state }]) => state === 'pending').map(([name]) => name);
  if (waiting.length > 0) return pending(`waiting for ${list(waiting)}`);
  return success(`${applications.size} application${applications.size === 1 ? '' : 's'} applied and healthy`);
}

/** The attempt's problems are those of all renderings together, and those of the revision itself. */
function ownProblems({ problems }: Attempt, release: Release | undefined): Problem[] {
  const rendering = Object.values(release?.applications ?? {}).flatMap((entry) => entry.problems);
  return problems.filter((problem) => !rendering.some((other) => isDeepStrictEqual(problem, other)));
}

function outcomesOf(release: Release, states: readonly ApplicationState[]): Map<string, Outcome> {
  const stateOf = new Map(states.map((state) => [state.application, state]));
  const own = Object.entries(release.applications).map(
    ([name, entry]) => [name, outcomeOf(name, entry, stateOf.get(name))] as const,
  );
  const leaving = states.filter(({ application }) => !Object.hasOwn(release.applications, application));
  return new Map([...own, ...leaving.map((state) => [state.application, leavingOf(state)] as const)]);
}

/** An application counts as failed for the artifact that it was asked to run; an older one's failure is history. */
function outcomeOf(name: string, { artifact, problems }: ReleaseEntry, state: ApplicationState | undefined): Outcome {
  const applying =
    state !== undefined && hasFailed(state) && state.artifact === artifact?.digest ? failureOf(state) : [];
  if (problems.length + applying.length > 0) return failure([...problems, ...applying]);
  if (state?.phase === 'suspended') return success('is suspended');
  if (state?.phase === 'healthy' && state.applied === artifact?.digest) return success('is applied and healthy');
  return pending(state?.phase === 'progressing' ? 'is rolling out' : `${name} is being applied`);
}

const leavingOf = (state: ApplicationState): Outcome =>
  hasFailed(state) ? failure(failureOf(state)) : pending('is being removed');

const hasFailed = ({ phase }: ApplicationState) => phase === 'failed' || phase === 'held';

const failureOf = ({ application, problems, phase }: ApplicationState): Problem[] =>
  problems.length > 0 ? problems : [{ message: `${application} is ${phase}` }];

const success = (summary: string): Outcome => ({ state: 'success', summary, problems: [] });
const pending = (summary: string): Outcome => ({ state: 'pending', summary, problems: [] });

/** `failure` where something in Git or in the cluster is to be mended, `error` where nothing of the kind is named: Plumbline itself, or what it needs, is in trouble. */
const failure = (problems: readonly Problem[]): Outcome => ({
  state: problems.some(({ file, object, field }) => file ?? object ?? field) ? 'failure' : 'error',
  summary: summarize(problems),
  problems,
});

function summarize([first, ...others]: readonly Problem[]): string {
  const text = first === undefined ? '' : describeProblem(first);
  return others.length === 0 ? text : `${text} (and ${others.length} more)`;
}

const list = (names: string[]) =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
