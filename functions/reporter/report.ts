import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { GitReporter } from '../../shared/git/ports.ts';
import type { StateStore } from '../../shared/state/store.ts';
import { type Alert, composeAlert } from './alert.ts';
import { decideOutcome, type EnvironmentView, type Outcome } from './decide.ts';

export type ReporterPorts = {
  state: Pick<StateStore, 'readAttempt' | 'readDesired' | 'listApplications'>;
  readRelease: ReadRelease;
  git: GitReporter;
  publish(alert: Alert): Promise<void>;
};

/**
 * Brings the commit status of an environment's newest revision up to date, and tells when it has begun to fail.
 * The status that stands on the commit is the memory: what it says already is not said again.
 *
 * @returns what was said, or undefined if there was nothing new to say
 */
export async function reportEnvironment(environment: string, ports: ReporterPorts): Promise<Outcome | undefined> {
  const view = await readView(environment, ports);
  const outcome = decideOutcome(view);
  if (outcome === undefined || view.attempt === undefined) return undefined;
  const { repository, revision } = view.attempt;
  const context = `plumbline/${environment}`;
  const standing = revision === '' ? undefined : await ports.git.status(repository, revision, context);
  if (standing?.state === outcome.state && isCutOf(outcome.summary, standing.description)) return undefined;
  // The alert goes out first: if it fails, the status doesn't stand yet, and the stream's retry says both.
  if (outcome.state === 'failure') await ports.publish(composeAlert(view, outcome));
  if (revision !== '')
    await ports.git.setStatus(repository, revision, { context, state: outcome.state, description: outcome.summary });
  return outcome;
}

/** GitHub keeps 140 characters of a description; the adapter cuts with an ellipsis. */
const isCutOf = (summary: string, description: string) =>
  summary === description || (description.endsWith('…') && summary.startsWith(description.slice(0, -1)));

async function readView(environment: string, { state, readRelease }: ReporterPorts): Promise<EnvironmentView> {
  const [attempt, desired, applications] = await Promise.all([
    state.readAttempt(environment),
    state.readDesired(environment),
    state.listApplications(environment),
  ]);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  return { environment, attempt, desired, release, applications };
}
