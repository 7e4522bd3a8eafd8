import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../shared/clock.ts';
import { isRetryable, problemsOf } from '../../shared/errors.ts';
import type { CommitStatus, GitReporter } from '../../shared/git/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { Problem } from '../../shared/problem.ts';
import { nothingReported, type Report } from '../../shared/state/report.ts';
import type { ReportStore } from '../../shared/state/store.ts';
import { type Alert, composeAlert } from './alert.ts';
import { decideNews, findingsOf, type News } from './breakages.ts';
import { decideStanding, type Outcome } from './standing.ts';
import { decideStatuses } from './statuses.ts';
import { type EnvironmentView, readView, type ViewPorts } from './view.ts';

export type ReporterPorts = ViewPorts & {
  reports: ReportStore;
  git: Pick<GitReporter, 'setStatus'>;
  publish(alert: Alert): Promise<void>;
  /** What is still broken is told again after so long. */
  reminderSeconds: number;
  clock: Clock;
  log: Log;
};

/** How long until what could not be told is tried again: longer with each try in a row, at most half an hour. */
const pauseMinutes = (attempt: number) => Math.min(30, 2 ** (attempt - 1));

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
  if (standing === undefined) return undefined;
  const before = known ?? nothingReported(environment);
  const revision = view.attempt?.revision ?? '';
  const said = before.revision === revision ? before.statuses : {};
  const statuses = await tellCommit(decideStatuses(environment, standing, said), view, ports);
  const context = { now: ports.clock.now(), revision, reminderSeconds: ports.reminderSeconds };
  const { news, broken, remindAt } = decideNews(findingsOf(standing, statuses.refusals), before.broken, context);
  const untold = await tellPeople(view, news, ports);
  const isWhole = untold.size === 0 && statuses.isWhole;
  await remember(before, ports, {
    revision,
    statuses: { ...said, ...statuses.said },
    broken: exceptFor(untold, broken, before.broken),
    next: nextCall({ isWhole, before, remindAt }, context.now),
  });
  return standing.whole;
}

type Told = {
  said: Report['statuses'];
  /** Undefined if there was nothing to say. */
  refusals: Problem[] | undefined;
  /** Whether nothing is left that could be said later. */
  isWhole: boolean;
};

/** A refusal counts as said: to ask again would change nothing until there is something else to say. */
async function tellCommit(
  statuses: CommitStatus[],
  { attempt }: EnvironmentView,
  { git, log }: ReporterPorts,
): Promise<Told> {
  const { repository = '', revision = '' } = attempt ?? {};
  if (statuses.length === 0 || revision === '') return { said: {}, refusals: undefined, isWhole: true };
  const told = { said: {} as Report['statuses'], refusals: [] as Problem[], isWhole: true };
  for (const { context, state, description } of statuses) {
    try {
      await git.setStatus(repository, revision, { context, state, description });
    } catch (error) {
      log.error('a commit status could not be set', { repository, revision, context, error });
      if (isRetryable(error)) {
        told.isWhole = false;
        continue;
      }
      told.refusals.push(...problemsOf(error));
    }
    told.said[context] = { state, description };
  }
  return told;
}

/** @returns what could not be told */
async function tellPeople(
  view: EnvironmentView,
  news: readonly News[],
  { publish, log }: ReporterPorts,
): Promise<Set<string>> {
  const untold = new Set<string>();
  for (const each of news) {
    try {
      await publish(composeAlert(view, each));
    } catch (error) {
      log.error('people could not be told', { about: each.what, error });
      untold.add(each.what);
    }
  }
  return untold;
}

/** What is broken from now on, but as before where it could not be told. */
function exceptFor(untold: ReadonlySet<string>, broken: Report['broken'], before: Report['broken']): Report['broken'] {
  const entries = Object.entries(broken).filter(([what]) => !untold.has(what));
  return Object.fromEntries([...entries, ...Object.entries(before).filter(([what]) => untold.has(what))]);
}

/** That somebody else was faster does no harm: they told the same. */
async function remember(
  before: Report,
  { reports }: ReporterPorts,
  change: Pick<Report, 'revision' | 'statuses' | 'broken' | 'next'>,
): Promise<void> {
  const after = { ...before, ...change };
  if (!isDeepStrictEqual(after, before)) await reports.writeReport(after);
}

type Rest = { isWhole: boolean; before: Report; remindAt: Date | undefined };

function nextCall({ isWhole, before, remindAt }: Rest, now: Date): Report['next'] {
  if (isWhole) return remindAt && { at: remindAt.toISOString(), attempt: 0 };
  const attempt = (before.next?.attempt ?? 0) + 1;
  return { at: new Date(now.getTime() + pauseMinutes(attempt) * 60_000).toISOString(), attempt };
}
