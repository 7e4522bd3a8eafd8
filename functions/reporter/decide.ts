import type { Release } from '../../shared/artifacts/release.ts';
import type { CommitState } from '../../shared/git/ports.ts';
import type { Problem } from '../../shared/problem.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { ApplicationState, Attempt, Desired } from '../../shared/state/types.ts';

/** All that is known of one environment when something about it changed. */
export type EnvironmentView = {
  environment: string;
  attempt: Attempt | undefined;
  desired: Desired | undefined;
  release: Release | undefined;
  applications: ApplicationState[];
};

/** How an environment stands at the newest revision that was looked at. `problems` are all that somebody has to mend. */
export type Outcome = { state: CommitState; summary: string; problems: Problem[] };

/**
 * Says what became of a revision: failure as soon as something failed, success only when every application is healthy at it.
 * It is made of the present state alone, so that it doesn't matter which change it was called for, or how often.
 */
export function decideOutcome({ attempt, desired, release, applications }: EnvironmentView): Outcome | undefined {
  if (attempt === undefined) return undefined;
  const failed = failedApplications(release, applications);
  const problems = [...attempt.problems, ...failed.flatMap(problemsOf)];
  if (problems.length > 0) return { state: 'failure', summary: summarize(problems), problems };
  if (attempt.outcome === 'pending' || release === undefined || desired?.revision !== attempt.revision)
    return pending('is being rendered');
  const waiting = waitingApplications(release, applications);
  if (waiting.length > 0) return pending(`waiting for ${list(waiting)}`);
  const count = Object.keys(release.applications).length;
  return {
    state: 'success',
    summary: `${count} application${count === 1 ? '' : 's'} applied and healthy`,
    problems: [],
  };
}

const pending = (summary: string): Outcome => ({ state: 'pending', summary, problems: [] });

/** An application counts as failed for the artifact that it was asked to run; an older one's failure is history. */
function failedApplications(release: Release | undefined, applications: ApplicationState[]): ApplicationState[] {
  return applications.filter(
    ({ application, phase, artifact }) =>
      (phase === 'failed' || phase === 'held') && artifact === release?.applications[application]?.artifact?.digest,
  );
}

function problemsOf({ application, problems, phase }: ApplicationState): Problem[] {
  return problems.length > 0 ? problems : [{ message: `${application} is ${phase}` }];
}

/** Applications that don't run their artifact in health yet, and those that Git no longer has but the cluster does. */
function waitingApplications(release: Release, applications: ApplicationState[]): string[] {
  const states = new Map(applications.map((state) => [state.application, state]));
  const unready = Object.entries(release.applications)
    .filter(([name, { artifact }]) => !isSettled(states.get(name), artifact?.digest))
    .map(([name]) => name);
  const leaving = applications.filter(({ application }) => !Object.hasOwn(release.applications, application));
  return [...unready, ...leaving.map(({ application }) => application)];
}

function isSettled(state: ApplicationState | undefined, artifact: string | undefined): boolean {
  if (state?.phase === 'suspended') return true;
  return state?.phase === 'healthy' && state.applied === artifact;
}

function summarize([first, ...others]: Problem[]): string {
  const text = first === undefined ? '' : describeProblem(first);
  return others.length === 0 ? text : `${text} (and ${others.length} more)`;
}

const list = (names: string[]) =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
