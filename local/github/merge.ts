import { GitHubError } from './errors.ts';
import { readCommits } from './git/history.ts';
import { writeMerge } from './git/merge.ts';
import { updateRef } from './git/refs.ts';
import { announcePull, baseHead, markMerged } from './pull-requests.ts';
import { announce } from './ref-changes.ts';
import type { Account, PullRequest, Repository, World } from './world.ts';

export type MergeRequest = {
  merge_method?: 'merge' | 'squash' | 'rebase';
  commit_title?: string;
  commit_message?: string;
  /** The head that whoever merges has seen. */
  sha?: string;
};

/**
 * Merges a pull request and tells the world.
 *
 * @returns the commit that is the base branch's new head
 * @throws GitHubError 405 if it can't be merged, 409 if its head or its base has moved
 * @see https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
 */
export function mergePull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: MergeRequest,
  by: Account,
): Promise<string> {
  return repository.exclusive(async () => {
    refuseUnmergeable(pull, request);
    const base = await baseHead(repository, pull);
    const commit = await mergeCommit(world, repository, { pull, base, request, by });
    if (commit === null) throw new GitHubError(405, 'Pull Request is not mergeable');
    const change = { ref: `refs/heads/${pull.base.ref}`, before: base, after: commit };
    await updateRef(repository.directory, change);
    markMerged(pull, commit, by, world.now());
    await announce(world, repository, [change], by);
    await announcePull(world, repository, pull, { action: 'closed', sender: by });
    return commit;
  });
}

function refuseUnmergeable(pull: PullRequest, { merge_method: method, sha }: MergeRequest): void {
  if (pull.state === 'closed') throw new GitHubError(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new GitHubError(405, 'Pull Request is still a draft');
  if (method === 'rebase') throw new GitHubError(405, 'Rebase merges are not allowed on this repository.');
  if (sha !== undefined && sha !== pull.head.sha)
    throw new GitHubError(409, 'Head branch was modified. Review and try the merge again.');
}

type Merge = { pull: PullRequest; base: string; request: MergeRequest; by: Account };

async function mergeCommit(world: World, repository: Repository, { pull, base, request, by }: Merge) {
  const squash = request.merge_method === 'squash';
  const words = squash ? await squashMessage(repository, pull, base) : mergeMessage(pull);
  const message = [request.commit_title ?? words.title, request.commit_message ?? words.body].filter(Boolean);
  const author = squash ? pull.user : by;
  const sides = { base, head: pull.head.sha, message: message.join('\n\n'), author, squash };
  return writeMerge(repository.directory, sides, world.now());
}

type Words = { title: string; body: string };

function mergeMessage({ number, title, head }: PullRequest): Words {
  return { title: `Merge pull request #${number} from ${head.repository.owner}/${head.ref}`, body: title };
}

async function squashMessage(
  repository: Repository,
  { number, title, head }: PullRequest,
  base: string,
): Promise<Words> {
  const commits = await readCommits(repository.directory, ['--reverse', `${base}..${head.sha}`]);
  const [only] = commits;
  const body =
    commits.length === 1 && only !== undefined
      ? only.message.split('\n').slice(2).join('\n')
      : commits.map(({ message }) => `* ${message}`).join('\n\n');
  return { title: `${title} (#${number})`, body };
}
