import { describeProblem } from '../../shared/problem.ts';
import { type News, telling, whole } from './breakages.ts';
import type { EnvironmentView } from './view.ts';

export type Alert = { subject: string; message: string };

/** SNS cuts e-mail subjects at 100 characters. */
const subjectLimit = 100;
const problemLimit = 50;

const verbs = {
  broken: 'failed',
  changed: 'still fails, otherwise',
  reminder: 'still fails',
  mended: 'works again',
} as const;

/** What somebody who can mend it needs: where, what, what still runs, and what to do next. */
export function composeAlert(view: EnvironmentView, news: News): Alert {
  const { environment, attempt, applications } = view;
  const { kind, what, since, problems } = news;
  return {
    subject: `Plumbline: ${subjectOf(environment, what)} ${verbs[kind]} at ${shortRevision(attempt?.revision)}`.slice(
      0,
      subjectLimit,
    ),
    message: [
      `Environment: ${environment}`,
      ...(isApplication(what) ? [`Application: ${what}`] : []),
      `Revision: ${attempt?.revision || 'unknown'} of ${attempt?.repository ?? 'unknown'}`,
      ...(kind === 'broken' ? [] : [`Broken since: ${since}`]),
      '',
      ...problems.slice(0, problemLimit).map((problem) => `- ${describeProblem(problem)}`),
      ...(problems.length > problemLimit ? [`- and ${problems.length - problemLimit} more`] : []),
      ...(kind === 'mended' ? [] : ['', ...runningOf(applications, what), '', nextStep(what)]),
    ].join('\n'),
  };
}

const isApplication = (what: string) => what !== whole && what !== telling;

const subjectOf = (environment: string, what: string) =>
  what === whole ? environment : what === telling ? `telling GitHub of ${environment}` : `${environment}/${what}`;

function runningOf(all: EnvironmentView['applications'], what: string): string[] {
  const running = all.filter(
    ({ applied, application }) => applied !== undefined && (!isApplication(what) || application === what),
  );
  if (running.length === 0) return ['Nothing of it runs yet.'];
  return [
    'The last good state still runs:',
    ...running.map(
      ({ application, revision, phase }) => `- ${application}: ${phase}, last handled at ${shortRevision(revision)}`,
    ),
  ];
}

const nextStep = (what: string) =>
  what === telling
    ? 'Next step: give the App that reports what it lacks; the message names it. What should run is not affected.'
    : 'Next step: mend it with a commit, or revert the commit; either is deployed as soon as it is pushed.';

const shortRevision = (revision = '') => revision.slice(0, 12) || 'an unknown revision';
