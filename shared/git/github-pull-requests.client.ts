import { type Access, splitName } from './github-access.client.ts';
import { messageOf, statusOf } from './github-errors.ts';
import type { GitWriter, PullRequest } from './ports.ts';

type PullRequests = Pick<GitWriter, 'pullRequests' | 'openPullRequest' | 'changePullRequest'>;

/** Needs "Pull requests: write". */
export const createPullRequests = (access: Access): PullRequests => ({
  pullRequests: (repository, branch) => list(access, repository, branch),
  openPullRequest: (request) => open(access, request),
  changePullRequest: async (repository, number, change) => {
    const doing = `change the pull request ${number} of`;
    await access({ repository, doing, needs: { pull_requests: 'write' } }, (client) =>
      client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
        ...splitName(repository),
        pull_number: number,
        ...change,
      }),
    );
  },
});

function list(access: Access, repository: string, branch: string): Promise<PullRequest[]> {
  const doing = `list the pull requests from the branch ${branch} of`;
  return access({ repository, doing, needs: { pull_requests: 'read' } }, async (client) => {
    const name = splitName(repository);
    const parameters = { ...name, head: `${name.owner}:${branch}`, state: 'all', per_page: 30 } as const;
    const { data } = await client.request('GET /repos/{owner}/{repo}/pulls', parameters);
    return data.map(toPullRequest);
  });
}

type Listed = {
  number: number;
  state: string;
  title: string;
  body: string | null;
  head: { sha: string };
  merged_at: string | null;
  closed_at: string | null;
};

function toPullRequest({ number, state, title, body, head, merged_at, closed_at }: Listed): PullRequest {
  const ended = merged_at ?? closed_at;
  return {
    number,
    state: state === 'open' ? 'open' : merged_at === null ? 'closed' : 'merged',
    title,
    body: body ?? '',
    head: head.sha,
    ...(ended !== null && { endedAt: new Date(ended) }),
  };
}

function open(access: Access, request: Parameters<GitWriter['openPullRequest']>[0]): Promise<number | 'stale'> {
  const { repository, branch, base, title, body } = request;
  const doing = `open a pull request from the branch ${branch} of`;
  return access({ repository, doing, needs: { pull_requests: 'write' } }, async (client) => {
    try {
      const parameters = { ...splitName(repository), head: branch, base, title, body };
      return (await client.request('POST /repos/{owner}/{repo}/pulls', parameters)).data.number;
    } catch (error) {
      if (statusOf(error) === 422 && /already exists/.test(messageOf(error))) return 'stale';
      throw error;
    }
  });
}
