import { digestOf } from '../../../shared/artifacts/digest.ts';
import type { Notice } from '../../../shared/notices/notice.ts';
import type { Problem } from '../../../shared/problem.ts';
import { isApplication } from '../../../shared/state/report.ts';
import { type News, recipientOf, telling } from '../breakages.ts';
import type { EnvironmentView } from '../view.ts';

/** More are only counted: a state's item, an event and a message of Slack's all have their limits. */
const mostProblems = 20;
const mostRunning = 20;
const longestProblem = 1_000;

const titles = {
  broken: 'failed',
  changed: 'fails in another way',
  reminder: 'still fails',
  mended: 'works again',
  drifted: 'was changed by hand',
  deployed: 'is deployed and healthy',
} as const;

type Context = { now: Date; webUrl: string };

/** What somebody who can mend it needs: where, what, who, what still runs, and what to do next. */
export function composeNotice(view: EnvironmentView, news: News, { now, webUrl }: Context): Notice {
  const { environment, attempt, applications } = view;
  const { kind, what, since, problems } = news;
  const [repository, revision] = [attempt?.repository ?? '', attempt?.revision ?? ''];
  const application = isApplication(what) ? what : undefined;
  const next = nextStep(news, { repository, revision, webUrl });
  const about = { kind, environment, what, revision, since, problems };
  return {
    version: 1,
    // A reminder of the same is other news than the last one.
    id: digestOf(JSON.stringify(kind === 'reminder' ? { ...about, now } : about)),
    at: now.toISOString(),
    kind,
    severity: kind === 'drifted' ? 'warning' : kind === 'deployed' ? 'info' : 'error',
    environment,
    ...(application !== undefined && { application }),
    title: `${subjectOf(environment, what)} ${titles[kind]}`,
    repository,
    revision,
    ...(attempt?.author !== undefined && { author: attempt.author }),
    ...(since !== undefined && { since }),
    problems: problems.slice(0, mostProblems).map(shortened),
    more: Math.max(0, problems.length - mostProblems),
    running: kind === 'mended' || kind === 'deployed' ? [] : runningOf(applications, application),
    ...(next !== undefined && { next }),
  };
}

const shortened = (problem: Problem): Problem => ({
  ...problem,
  message: problem.message.length > longestProblem ? `${problem.message.slice(0, longestProblem)}…` : problem.message,
});

function subjectOf(environment: string, what: string): string {
  if (what === telling) return `telling GitHub about ${environment}`;
  const recipient = recipientOf(what);
  if (recipient !== undefined) return `telling ${recipient} about ${environment}`;
  return isApplication(what) ? `${environment}/${what}` : environment;
}

const runningOf = (all: EnvironmentView['applications'], only: string | undefined): Notice['running'] =>
  all
    .filter(({ applied, application }) => applied !== undefined && (only === undefined || application === only))
    .slice(0, mostRunning)
    .map(({ application, phase, revision }) => ({ application, phase, revision }));

type Place = { repository: string; revision: string; webUrl: string };

function nextStep({ kind, what }: News, { repository, revision, webUrl }: Place): Notice['next'] {
  if (kind === 'mended' || kind === 'deployed') return undefined;
  if (what === telling)
    return { text: 'Give the App that reports what it lacks; the message names it. What should run is not affected.' };
  if (recipientOf(what) !== undefined)
    return {
      text: 'Mend what the message names, or take the receiver out of deployer.yaml. What should run is not affected.',
    };
  const link = revision === '' ? {} : { link: `${webUrl}/${repository}/commit/${revision}` };
  if (kind === 'drifted')
    return { text: 'Commit the change if it is to stay; else it is put back, or reported again.', ...link };
  return {
    text: 'Mend it with a commit, or revert the commit; either is deployed as soon as it is pushed.',
    ...(revision !== '' && { command: `git revert ${revision}` }),
    ...link,
  };
}
