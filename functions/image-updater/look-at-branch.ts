import { MissingError } from '../../shared/errors.ts';
import type { Commit, GitWriter, PullRequest } from '../../shared/git/ports.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { TargetBranch } from './target-branches.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** A branch at one moment. */
export type Sight = {
  head: string;
  files: Files;
  /** Newest first. */
  history: Commit[];
  /** Only where updates are proposed by pull requests. */
  work?: Work;
};

/** The branch that a pull request is made from. */
export type Work = {
  /** Undefined if there is no such branch. */
  newest: Commit | undefined;
  files: Files;
  /** Newest first. */
  pulls: PullRequest[];
};

/** How many commits are looked through for what we wrote last: the newest page, and once more so many where it isn't there. */
export const commitsToRead = { first: 100, last: 1000 };

/** GitHub's archive of a repository, compressed. */
const maximumArchiveBytes = 100 * 1024 * 1024;

/** @throws MissingError if there is no such branch */
export async function lookAtBranch(target: TargetBranch, git: GitWriter): Promise<Sight> {
  const { repository, branch, proposals } = target;
  const work = proposals === undefined ? undefined : await lookAtWork(repository, proposals, git);
  const head = await git.head(repository, branch);
  if (head === undefined)
    throw new MissingError(`${repository} has no branch ${branch}, or nothing was pushed to it yet`);
  const [files, history] = await Promise.all([
    filesAt(repository, head, git),
    git.history(repository, head, commitsToRead.first),
  ]);
  return { head, files, history, ...(work && { work }) };
}

async function lookAtWork(repository: string, branch: string, git: GitWriter): Promise<Work> {
  const [head, pulls] = await Promise.all([git.head(repository, branch), git.pullRequests(repository, branch)]);
  if (head === undefined) return { newest: undefined, files: new Map(), pulls };
  const [files, history] = await Promise.all([
    filesAt(repository, head, git),
    git.history(repository, head, commitsToRead.first),
  ]);
  return { newest: history[0], files, pulls };
}

export async function filesAt(repository: string, revision: string, git: GitWriter): Promise<Files> {
  return (await readTree(await git.archive(repository, revision, maximumArchiveBytes))).files;
}
