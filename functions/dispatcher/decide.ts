import type { Release } from '../../shared/artifacts/release.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { GitChange, Reconciliation } from '../../shared/events/messages.ts';
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

/** Every application that owns objects: each is compared with its cluster. */
export function driftChecks({ environment, applications }: EnvironmentView, cause: string): Reconciliation[] {
  return applications
    .filter(({ inventory, applied }) => inventory !== undefined && applied !== undefined)
    .map(({ application }) => ({ kind: 'reconciliation', environment, application, mode: 'check', cause }));
}

/**
 * Brings back what waits (`next` is due) and what was lost on the way: an application whose artifact nobody has tried yet,
 * and one that Git no longer has but the cluster still does.
 */
export function retries(view: EnvironmentView, now: Date, cause: string): Reconciliation[] {
  const names = [...dueApplications(view, now), ...untriedApplications(view), ...removedApplications(view)];
  return [...new Set(names)].map((application) => ({
    kind: 'reconciliation',
    environment: view.environment,
    application,
    mode: 'apply',
    cause,
  }));
}

const dueApplications = ({ applications }: EnvironmentView, now: Date) =>
  applications
    .filter(({ next }) => next !== undefined && new Date(next.at) <= now)
    .map(({ application }) => application);

function untriedApplications({ release, applications }: EnvironmentView): string[] {
  const tried = new Map(applications.map(({ application, artifact }) => [application, artifact]));
  return Object.entries(release?.applications ?? {})
    .filter(([name, { artifact }]) => artifact !== undefined && tried.get(name) !== artifact.digest)
    .map(([name]) => name);
}

function removedApplications({ release, applications }: EnvironmentView): string[] {
  if (release === undefined) return [];
  return applications
    .filter(({ application, phase }) => !Object.hasOwn(release.applications, application) && phase !== 'removed')
    .map(({ application }) => application);
}
