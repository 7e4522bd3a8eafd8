import { isDeepStrictEqual } from 'node:util';
import type { Release } from '../../shared/artifacts/release.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { GitChange, Reconciliation, ReportRequest } from '../../shared/events/messages.ts';
import { awaited, type StateOf } from '../../shared/state/dependencies.ts';
import type { Report } from '../../shared/state/report.ts';
import type { ApplicationState } from '../../shared/state/types.ts';

/** What one environment is to run and what became of it. */
export type EnvironmentView = { environment: string; release: Release | undefined; applications: ApplicationState[] };

/** Every branch that an environment is deployed from, once. */
export function branchesToResync(environments: Deployer['environments'], cause: string): GitChange[] {
  const branches = new Map(
    Object.values(environments).map(({ repository, branch }) => [`${repository}@${branch}`, { repository, branch }]),
  );
  return [...branches.values()].map((branch) => ({ kind: 'git-change', ...branch, cause }));
}

/** What the reporter could not tell the last time, or wanted to tell again by now. */
export function dueReports(reports: readonly (Report | undefined)[], now: Date, cause: string): ReportRequest[] {
  return reports.flatMap((report) =>
    report?.next !== undefined && new Date(report.next.at) <= now
      ? [{ kind: 'report', environment: report.environment, cause }]
      : [],
  );
}

/** Every application that owns objects: each is compared with its cluster. */
export function driftChecks({ environment, applications }: EnvironmentView, cause: string): Reconciliation[] {
  return applications
    .filter(({ inventory, applied }) => inventory !== undefined && applied !== undefined)
    .map(({ application }) => ({ kind: 'reconciliation', environment, application, mode: 'check', cause }));
}

/**
 * Brings back what waits (`next` is due, or what it waited for stands otherwise now) and what was lost on the way: an application whose
 * artifact nobody has tried yet, and one that Git no longer has but the cluster still does.
 */
export function retries(view: EnvironmentView, now: Date, cause: string): Reconciliation[] {
  const names = [...dueApplications(view, now), ...untriedApplications(view), ...removedApplications(view)];
  return [...new Set(names)].map((application) => apply(view, application, cause));
}

/**
 * The applications that may be applied now that one of those in `changed` is healthy. Whether they say already that they wait doesn't
 * matter: they may be just about to.
 */
export function dependants(view: EnvironmentView, changed: ReadonlySet<string>): Reconciliation[] {
  const { release, applications } = view;
  if (release === undefined) return [];
  const stateOf = statesOf(applications);
  return Object.entries(release.applications).flatMap(([name, entry]) => {
    const cause = entry.settings.dependsOn.find((each) => changed.has(each));
    if (cause === undefined || !isUntried(name, view, stateOf) || awaited(entry, release, stateOf).length > 0)
      return [];
    return [apply(view, name, `"${cause}" is healthy, at version ${stateOf(cause)?.version}`)];
  });
}

const apply = ({ environment }: EnvironmentView, application: string, cause: string): Reconciliation => ({
  kind: 'reconciliation',
  environment,
  application,
  mode: 'apply',
  cause,
});

const dueApplications = ({ applications }: EnvironmentView, now: Date) =>
  applications
    .filter(({ next }) => next !== undefined && new Date(next.at) <= now)
    .map(({ application }) => application);

function untriedApplications(view: EnvironmentView): string[] {
  const stateOf = statesOf(view.applications);
  return Object.keys(view.release?.applications ?? {}).filter(
    (name) => isUntried(name, view, stateOf) && !waitsStill(name, view, stateOf),
  );
}

/** One that waits was not tried, whatever it was that it was tried with before. */
function isUntried(name: string, { release }: EnvironmentView, stateOf: StateOf): boolean {
  const [state, entry] = [stateOf(name), release?.applications[name]];
  if (entry?.artifact === undefined || (entry.settings.suspend && state?.phase === 'suspended')) return false;
  return state?.artifact !== entry.artifact.digest || state.phase === 'waiting';
}

/** To look again would only show what is known. */
function waitsStill(name: string, { release }: EnvironmentView, stateOf: StateOf): boolean {
  const [state, entry] = [stateOf(name), release?.applications[name]];
  if (release === undefined || entry === undefined || state?.phase !== 'waiting') return false;
  return isDeepStrictEqual(awaited(entry, release, stateOf), state.problems);
}

function statesOf(applications: readonly ApplicationState[]): StateOf {
  const states = new Map(applications.map((state) => [state.application, state]));
  return (name) => states.get(name);
}

function removedApplications({ release, applications }: EnvironmentView): string[] {
  if (release === undefined) return [];
  return applications
    .filter(({ application, phase }) => !Object.hasOwn(release.applications, application) && phase !== 'removed')
    .map(({ application }) => application);
}
