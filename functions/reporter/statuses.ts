import { shortenDescription } from '../../shared/git/description.ts';
import type { CommitStatus } from '../../shared/git/ports.ts';
import type { Report } from '../../shared/state/report.ts';
import type { Outcome, Standing } from './standing.ts';
import type { EnvironmentView } from './view.ts';

/** A status, and the commit that it belongs to. */
export type Saying = {
  repository: string;
  revision: string;
  status: CommitStatus;
  /** It is told as a courtesy: what a label says was built from may not be there, or be out of the App's reach, and nobody need mend that. */
  isCourtesy?: boolean;
};

/** How the report remembers what a commit says in a context. */
export const keyOf = ({
  repository,
  revision,
  status,
}: Pick<Saying, 'repository' | 'revision'> & { status: { context: string } }) =>
  `${repository}@${revision} ${status.context}`;

/** More failing applications than these are only counted in the environment's own status, and more sources are not told: each status is a write that GitHub counts. */
const mostApplications = 20;
const mostSources = 20;

/** @param webUrl of GitHub's pages */
type Context = { said: Report['statuses']; webUrl: string };

/**
 * The statuses that there should be: on the revision's commit one of the environment, and one of each application that fails, or did so at this
 * revision; and on the commits that images were built from, how they fare in this environment.
 *
 * @param said what stands there already
 */
export function wantedStatuses(view: EnvironmentView, standing: Standing, context: Context): Saying[] {
  return [...onOwnCommit(view, standing, context.said), ...onSources(view, standing, context)];
}

/** Those of them that aren't there yet, outcomes first: what is only on its way may be superseded before GitHub lets it be said. */
export function freshStatuses(wanted: readonly Saying[], said: Report['statuses']): Saying[] {
  const fresh = wanted.filter((saying) => {
    const { state, description } = said[keyOf(saying)] ?? {};
    return saying.status.state !== state || saying.status.description !== description;
  });
  return fresh.sort((one, other) => Number(isProgress(one)) - Number(isProgress(other)));
}

const isProgress = ({ status: { state } }: Saying) => state === 'pending';

function onOwnCommit(
  { environment, attempt }: EnvironmentView,
  standing: Standing,
  said: Report['statuses'],
): Saying[] {
  const { repository = '', revision = '' } = attempt ?? {};
  if (revision === '') return [];
  const say = (outcome: Outcome, application?: string): Saying => ({
    repository,
    revision,
    status: statusOf(contextOf(environment, application), outcome),
  });
  const failing = [...standing.applications]
    .filter(([, { problems }]) => problems.length > 0)
    .slice(0, mostApplications);
  const names = new Set(failing.map(([name]) => name));
  const prefix = keyOf({ repository, revision, status: { context: contextOf(environment, '') } });
  const mended = Object.keys(said)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((name) => !names.has(name));
  return [
    say(standing.whole),
    ...failing.map(([name, outcome]) => say(outcome, name)),
    ...mended.map((name) => say(standing.applications.get(name) ?? gone, name)),
  ];
}

const gone: Outcome = { state: 'success', summary: 'is no longer part of this revision', problems: [] };

/** Only GitHub's own repositories have commits that can be told. */
function onSources(
  { environment, attempt, release }: EnvironmentView,
  standing: Standing,
  { webUrl }: Context,
): Saying[] {
  if (!standing.isCurrent || release === undefined) return [];
  const link = `${webUrl}/${attempt?.repository}/commit/${attempt?.revision}`;
  const sayings = Object.entries(release.applications).flatMap(([name, { sources = [] }]) =>
    sources.flatMap(({ repository, revision }): Saying[] => {
      const outcome = standing.applications.get(name);
      const path = repository.startsWith(`${webUrl}/`) ? repository.slice(webUrl.length + 1) : '';
      if (outcome === undefined || !/^[^/]+\/[^/]+$/.test(path)) return [];
      const status = statusOf(contextOf(environment, name), { ...outcome, summary: inWords(outcome, environment) });
      return [{ repository: path, revision, status: { ...status, targetUrl: link }, isCourtesy: true }];
    }),
  );
  return distinct(sayings).slice(0, mostSources);
}

const inWords = ({ state, summary }: Outcome, environment: string) =>
  state === 'success' ? `runs in ${environment}: ${summary}` : `in ${environment}: ${summary}`;

const distinct = (sayings: Saying[]) => [...new Map(sayings.map((saying) => [keyOf(saying), saying])).values()];

/** Names of environments and applications have no slash. */
const contextOf = (environment: string, application?: string) =>
  ['plumbline', environment, ...(application === undefined ? [] : [application])].join('/');

const statusOf = (context: string, { state, summary }: Outcome): CommitStatus => ({
  context,
  state,
  description: shortenDescription(summary),
});
