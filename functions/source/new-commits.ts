import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { Commit } from '../../shared/git/ports.ts';
import type { SourcePorts } from './ports.ts';

const mostCommits = 100;

type Question = { environment: DeployerEnvironment; head: string | undefined; since: string | undefined };

/**
 * The commits that a head has and the revision before had not, newest first. Where the two have nothing to do with each other, or too much lies between
 * them, only the head's own. They are only told of, so whatever can't be asked stops nothing.
 */
export async function newCommits(
  { environment: { repository }, head, since }: Question,
  { git, log }: Pick<SourcePorts, 'git' | 'log'>,
): Promise<Commit[]> {
  if (head === undefined) return [];
  try {
    const history = await git.history(repository, head, mostCommits);
    const known = history.findIndex(({ revision }) => revision === since);
    return history.slice(0, known < 1 ? 1 : known);
  } catch (error) {
    log.warn('the commits of a revision could not be asked for', { repository, revision: head, error });
    return [];
  }
}
