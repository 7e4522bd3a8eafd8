import type { Notice } from '../../../shared/notices/notice.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { oneLine } from '../../../shared/text/one-line.ts';

/** SNS cuts e-mail subjects at 100 characters, and takes no line breaks in them. */
const subjectLimit = 100;

export const subjectOf = ({ title, revision }: Notice): string =>
  oneLine(`Plumbline: ${title}${revision === '' ? '' : ` at ${short(revision)}`}`).slice(0, subjectLimit);

/** For people, as plain text. */
export function textOf(notice: Notice): string {
  const { environment, application, repository, revision, author, since, kind } = notice;
  return [
    `Environment: ${environment}`,
    ...(application === undefined ? [] : [`Application: ${application}`]),
    `Revision: ${revision || 'unknown'} of ${repository || 'an unknown repository'}`,
    ...(author === undefined ? [] : [`Author: ${oneLine(author)}`]),
    ...(since === undefined || kind === 'broken' ? [] : [`Broken since: ${since}`]),
    ...paragraph(problemsOf(notice)),
    ...paragraph(runningOf(notice)),
    ...paragraph(nextOf(notice)),
  ].join('\n');
}

const paragraph = (lines: string[]) => (lines.length === 0 ? [] : ['', ...lines]);

const problemsOf = ({ problems, more }: Notice) => [
  ...problems.map((problem) => `- ${describeProblem(problem)}`),
  ...(more > 0 ? [`- and ${more} more`] : []),
];

function runningOf({ kind, running }: Notice): string[] {
  if (kind === 'mended' || kind === 'deployed' || kind === 'drifted') return [];
  if (running.length === 0) return ['Nothing of it runs yet.'];
  return [
    'The last good state still runs:',
    ...running.map(
      ({ application, phase, revision }) => `- ${application}: ${phase}, last handled at ${short(revision)}`,
    ),
  ];
}

const nextOf = ({ next }: Notice) =>
  next === undefined
    ? []
    : [`Next step: ${next.text}`, ...[next.command, next.link].filter((each) => each !== undefined)];

const short = (revision: string) => revision.slice(0, 12) || 'an unknown revision';
