import { describeProblem } from '../../shared/problem.ts';
import type { EnvironmentView, Outcome } from './decide.ts';

export type Alert = { subject: string; message: string };

/** SNS cuts e-mail subjects at 100 characters. */
const subjectLimit = 100;
const problemLimit = 50;

/** What somebody who can mend it needs: where, what, what still runs, and what to do next. */
export function composeAlert({ environment, attempt, applications }: EnvironmentView, { problems }: Outcome): Alert {
  const running = applications.filter(({ applied }) => applied !== undefined);
  return {
    subject: `Plumbline: ${environment} failed at ${shortRevision(attempt?.revision)}`.slice(0, subjectLimit),
    message: [
      `Environment: ${environment}`,
      `Revision: ${attempt?.revision || 'unknown'} of ${attempt?.repository ?? 'unknown'}`,
      '',
      ...problems.slice(0, problemLimit).map((problem) => `- ${describeProblem(problem)}`),
      ...(problems.length > problemLimit ? [`- and ${problems.length - problemLimit} more`] : []),
      '',
      running.length === 0 ? 'Nothing of it runs yet.' : 'The last good state still runs:',
      ...running.map(
        ({ application, revision, phase }) => `- ${application}: ${phase}, last handled at ${shortRevision(revision)}`,
      ),
      '',
      'Next step: mend it with a commit, or revert the commit; either is deployed as soon as it is pushed.',
    ].join('\n'),
  };
}

const shortRevision = (revision = '') => revision.slice(0, 12) || 'an unknown revision';
