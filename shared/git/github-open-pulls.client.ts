import type { Octokit } from '@octokit/rest';
import { type Access, splitName, type Task } from './github-access.client.ts';
import { statusOf } from './github-errors.ts';
import { agreement } from './plan-agreement.ts';
import type { MergeSides, OpenPullRequest, PullRequestReader, TestMerge } from './pull-request-ports.ts';

const needs: Task['needs'] = { contents: 'read', pull_requests: 'read' };

/** Needs "Pull requests: read" and "Contents: read". */
export const createOpenPulls = (access: Access): PullRequestReader => ({
  openPullRequests: (repository, branch) => list(access, repository, branch),
  testMerge: (repository, sides) => testMerge(access, repository, sides),
  isAgreedTo: (repository, pull) => isAgreedTo(access, repository, pull),
});

function list(access: Access, repository: string, branch: string): Promise<OpenPullRequest[]> {
  const task: Task = { repository, doing: `list the pull requests to the branch ${branch} of`, needs };
  return access(task, async (client) => {
    const order = { state: 'open', sort: 'updated', direction: 'desc', per_page: 100 } as const;
    const parameters = { ...splitName(repository), base: branch, ...order };
    const { data } = await client.request('GET /repos/{owner}/{repo}/pulls', parameters);
    return data.map(toOpenPull);
  });
}

type Listed = {
  number: number;
  draft?: boolean | undefined;
  user: { login: string } | null;
  head: { sha: string; repo: { id: number | bigint } | null };
  base: { repo: { id: number | bigint } };
};

/** A fork that was deleted has no repository any more. */
const toOpenPull = ({ number, draft = false, user, head, base }: Listed): OpenPullRequest => ({
  number,
  head: head.sha,
  isFork: head.repo?.id !== base.repo.id,
  isDraft: draft,
  author: user?.login ?? '',
});

/** GitHub may still show the merge of older heads: its parents tell. */
function testMerge(access: Access, repository: string, { number, head, base }: MergeSides): Promise<TestMerge> {
  const task: Task = { repository, doing: `read the pull request ${number} of`, needs };
  return access(task, async (client) => {
    const place = splitName(repository);
    const pull = { ...place, pull_number: number };
    const { data } = await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', pull);
    if (data.head.sha !== head || data.mergeable === null) return { outcome: 'unknown' };
    if (!data.mergeable) return { outcome: 'conflict' };
    if (data.merge_commit_sha === null) return { outcome: 'unknown' };
    const commit = data.merge_commit_sha;
    const merge = await client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...place,
      commit_sha: commit,
    });
    const parents = merge.data.parents.map(({ sha }) => sha);
    return parents.join() === [base, head].join() ? { outcome: 'clean', commit } : { outcome: 'unknown' };
  });
}

const mostReviewers = 20;

function isAgreedTo(
  access: Access,
  repository: string,
  { number, head, author }: Pick<OpenPullRequest, 'number' | 'head' | 'author'>,
): Promise<boolean> {
  const task: Task = { repository, doing: `read the reviews of the pull request ${number} of`, needs };
  return access(task, async (client) => {
    const parameters = { ...splitName(repository), pull_number: number, per_page: 100 };
    const reviews = await client.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', parameters);
    const logins = agreement(
      reviews.map(({ user, body, state, commit_id }) => ({ by: user?.login ?? '', body, state, at: commit_id })),
      { head, author },
    );
    for (const login of logins.slice(0, mostReviewers)) if (await mayWrite(client, repository, login)) return true;
    return false;
  });
}

/** An association (member, collaborator) says nothing of rights: a member may be allowed to read only. */
async function mayWrite(client: Octokit, repository: string, username: string): Promise<boolean> {
  try {
    const parameters = { ...splitName(repository), username };
    const { data } = await client.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', parameters);
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
