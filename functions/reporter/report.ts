import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../shared/clock.ts';
import type { DeploymentStatus, DeploymentVoice, GitReporter } from '../../shared/git/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { nothingReported, type Report } from '../../shared/state/report.ts';
import type { ReportStore } from '../../shared/state/store.ts';
import type { Attempt } from '../../shared/state/types.ts';
import { decideNews, findingsOf, type News } from './breakages.ts';
import { decideChanges } from './changes.ts';
import { decideDeployment } from './deployments.ts';
import { composeNotice } from './notices/compose.ts';
import type { Recipient } from './notices/outbox.ts';
import { decideStanding, type Outcome, type Standing } from './standing.ts';
import { freshStatuses, keyOf, type Saying, wantedStatuses } from './statuses.ts';
import { tellCommits } from './tell-commits.ts';
import { tellDeployment } from './tell-deployment.ts';
import { tellPeople } from './tell-people.ts';
import { type EnvironmentView, readView, type ViewPorts } from './view.ts';

export type ReporterPorts = ViewPorts & {
  reports: ReportStore;
  git: Pick<GitReporter, 'setStatus'> & DeploymentVoice;
  /** Where an environment can be used, and where its log can be read. */
  links(environment: string): Pick<DeploymentStatus, 'environmentUrl' | 'logUrl'>;
  recipients: readonly Recipient[];
  /** Of GitHub's pages, e.g. `https://github.com`. */
  webUrl: string;
  /** What is still broken is told again after so long. */
  reminderSeconds: number;
  clock: Clock;
  log: Log;
};

/**
 * Tells whatever is new about an environment: on its commit, and to whoever can mend it. What was told is remembered, so nothing is told twice;
 * what could not be told is no failure, but comes back with `dispatcher`'s next tick when it is due. Nobody's trouble with GitHub holds up the
 * news of others.
 *
 * @returns how the environment stands, or undefined if no revision was looked at yet
 * @throws if what is known can't be read or what was told can't be remembered
 */
export async function reportEnvironment(environment: string, ports: ReporterPorts): Promise<Outcome | undefined> {
  const [view, known] = await Promise.all([readView(environment, ports), ports.reports.readReport(environment)]);
  const standing = decideStanding(view);
  if (standing === undefined || view.attempt === undefined) return undefined;
  const before = known ?? nothingReported(environment);
  const after = await tell({ view, attempt: view.attempt, standing, before }, ports);
  // That somebody else was faster does no harm: they told the same.
  if (!isDeepStrictEqual(after, before)) await ports.reports.writeReport(after);
  return standing.whole;
}

type Situation = { view: EnvironmentView; attempt: Attempt; standing: Standing; before: Report };

async function tell({ view, attempt, standing, before }: Situation, ports: ReporterPorts): Promise<Report> {
  const context = { now: ports.clock.now(), revision: attempt.revision, reminderSeconds: ports.reminderSeconds };
  const gitHub = await tellGitHub({ view, attempt, standing, before }, ports);
  const { news, broken, remindAt } = decideNews(findingsOf(standing, gitHub.refusals), before.broken, context);
  const changes = decideChanges(standing, { ...view, ...context }, before);
  const compose = (each: News) => composeNotice(view, each, { now: context.now, webUrl: ports.webUrl });
  const part = { broken, outbox: before.outbox };
  const people = await tellPeople([...news, ...changes.news], part, context, { ...ports, compose });
  const isWhole = gitHub.isWhole && people.outbox.length === 0;
  return {
    ...before,
    ...gitHub.report,
    ...people,
    ...changes.told,
    next: nextCall({ isWhole, before, remindAt }, context.now),
  };
}

/** Outcomes on the commits first, which is what developers look at. */
async function tellGitHub({ view, attempt, standing, before }: Situation, ports: ReporterPorts) {
  const { environment } = view;
  const said = before.statuses;
  const wanted = wantedStatuses(view, standing, { said, webUrl: ports.webUrl });
  const commits = await tellCommits(freshStatuses(wanted, said), ports);
  const steps = decideDeployment(view, standing, before.deployment);
  const place = { repository: attempt.repository, environment, links: ports.links(environment) };
  const { deployment, refusals, isWhole } = await tellDeployment(steps, before.deployment, place, ports);
  const statuses = keptOf(wanted, { ...said, ...commits.said });
  const refused = [commits.refusals, refusals].filter((each) => each !== undefined);
  return {
    report: { statuses, ...(deployment !== undefined && { deployment }) },
    refusals: refused.length === 0 ? undefined : refused.flat(),
    isWhole: commits.isWhole && isWhole,
  };
}

/** What was said of commits that nobody asks about any more is forgotten. */
const keptOf = (wanted: readonly Saying[], said: Report['statuses']): Report['statuses'] =>
  Object.fromEntries(wanted.map(keyOf).flatMap((key) => (said[key] === undefined ? [] : [[key, said[key]]])));

type Rest = { isWhole: boolean; before: Report; remindAt: Date | undefined };

function nextCall({ isWhole, before, remindAt }: Rest, now: Date): Report['next'] {
  if (isWhole) return remindAt && { at: remindAt.toISOString(), attempt: 0 };
  const attempt = (before.next?.attempt ?? 0) + 1;
  return { at: new Date(now.getTime() + pauseMinutes(attempt) * 60_000).toISOString(), attempt };
}

/** How long until what could not be told is tried again: longer with each try in a row, at most half an hour. */
const pauseMinutes = (attempt: number) => Math.min(30, 2 ** (attempt - 1));
