import { isRetryable, problemsOf } from '../../shared/errors.ts';
import type { GitReporter } from '../../shared/git/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Report } from '../../shared/state/report.ts';
import { keyOf, type Saying } from './statuses.ts';

export type Told = {
  said: Report['statuses'];
  /** Undefined if there was nothing to say. */
  refusals: Problem[] | undefined;
  /** Whether nothing is left that could be said later. */
  isWhole: boolean;
};

/** A refusal counts as said: to ask again would change nothing until there is something else to say. */
export async function tellCommits(
  sayings: readonly Saying[],
  { git, log }: { git: Pick<GitReporter, 'setStatus'>; log: Log },
): Promise<Told> {
  if (sayings.length === 0) return { said: {}, refusals: undefined, isWhole: true };
  const told = { said: {} as Report['statuses'], refusals: [] as Problem[], isWhole: true };
  for (const saying of sayings) {
    const { repository, revision, status, isCourtesy } = saying;
    try {
      await git.setStatus(repository, revision, status);
    } catch (error) {
      const write = isCourtesy ? log.warn : log.error;
      write('a commit status could not be set', { repository, revision, context: status.context, error });
      if (isRetryable(error)) {
        told.isWhole = false;
        continue;
      }
      if (!isCourtesy) told.refusals.push(...problemsOf(error));
    }
    told.said[keyOf(saying)] = { state: status.state, description: status.description };
  }
  return told;
}
