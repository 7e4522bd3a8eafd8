import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../shared/clock.ts';
import type { GitReporter } from '../../shared/git/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { nothingReported, type Report } from '../../shared/state/report.ts';
import type { ReportStore } from '../../shared/state/store.ts';
import type { Attempt } from '../../shared/state/types.ts';
import { decideNews, findingsOf, type News } from './breakages.ts';
import { decideChanges } from './changes.ts';
import { composeNotice } from './notices/compose.ts';
import type { Recipient } from './notices/outbox.ts';
import { decideStanding, type Outcome, type Standing } from './standing.ts';
import { decideStatuses } from './statuses.ts';
import { type Told, tellCommit } from './tell-commit.ts';
import { tellPeople } from './tell-people.ts';
import { type EnvironmentView, readView, type ViewPorts } from './view.ts';

export type ReporterPorts = ViewPorts & {
  reports: ReportStore;
  git: Pick<GitReporter, 'setStatus'>;
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
  const { environment } = view;
  const { revision } = attempt;
  const context = { now: ports.clock.now(), revision, reminderSeconds: ports.reminderSeconds };
  const said = before.revision === revision ? before.statuses : {};
  const commit = await tellCommit(decideStatuses(environment, standing, said), attempt, ports);
  const { news, broken, remindAt } = decideNews(findingsOf(standing, commit.refusals), before.broken, context);
  const changes = decideChanges(standing, { ...view, revision }, before);
  const compose = (each: News) => composeNotice(view, each, { now: context.now, webUrl: ports.webUrl });
  const part = { broken, outbox: before.outbox };
  const people = await tellPeople([...news, ...changes.news], part, context, { ...ports, compose });
  return {
    ...before,
    revision,
    statuses: { ...said, ...commit.said },
    ...people,
    ...changes.told,
    next: nextCall({ commit, people, before, remindAt }, context.now),
  };
}

type Rest = { commit: Told; people: Pick<Report, 'outbox'>; before: Report; remindAt: Date | undefined };

function nextCall({ commit, people, before, remindAt }: Rest, now: Date): Report['next'] {
  if (commit.isWhole && people.outbox.length === 0) return remindAt && { at: remindAt.toISOString(), attempt: 0 };
  const attempt = (before.next?.attempt ?? 0) + 1;
  return { at: new Date(now.getTime() + pauseMinutes(attempt) * 60_000).toISOString(), attempt };
}

/** How long until what could not be told is tried again: longer with each try in a row, at most half an hour. */
const pauseMinutes = (attempt: number) => Math.min(30, 2 ** (attempt - 1));
