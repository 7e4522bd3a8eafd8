import type { Octokit } from '@octokit/rest';
import { type Access, splitName, type Task } from './github-access.client.ts';
import type { GitWriter } from './ports.ts';

type Remarks = Pick<GitWriter, 'remarks' | 'remark'>;
type Place = { owner: string; repo: string };

/** Where GitHub keeps what is said about a commit or a pull request, and who may read and write it. */
type Thread = {
  /** The permission of GitHub that reads it at level `read` and adds to it at level `write`. */
  permission: 'contents' | 'pull_requests';
  list(client: Octokit, place: Place): Promise<{ body?: string | undefined }[]>;
  add(client: Octokit, place: Place, body: string): Promise<unknown>;
};

/** Reading needs "Contents: read" or "Pull requests: read", by what the remarks are about; adding one needs the same at "write". */
export function createRemarks(access: Access): Remarks {
  const threadOf = (about: string) =>
    about.startsWith('#') ? pullThread(Number(about.slice(1))) : commitThread(about);
  return {
    async remarks(repository, about) {
      const { permission, list } = threadOf(about);
      const task: Task = { repository, doing: `read the comments on ${about} in`, needs: { [permission]: 'read' } };
      const comments = await access(task, (client) => list(client, splitName(repository)));
      return comments.map(({ body }) => body ?? '');
    },
    async remark(repository, about, body) {
      const { permission, add } = threadOf(about);
      const task: Task = { repository, doing: `comment on ${about} in`, needs: { [permission]: 'write' } };
      await access(task, (client) => add(client, splitName(repository), body));
    },
  };
}

const pageSize = 100;
const mostPages = 10;

/** GitHub gives the oldest ones first. */
function stoppingInTime() {
  let pages = 0;
  return <Data>({ data }: { data: Data }, done: () => void): Data => {
    pages += 1;
    if (pages === mostPages) done();
    return data;
  };
}

const commitThread = (commit_sha: string): Thread => ({
  permission: 'contents',
  list: (client, place) =>
    client.paginate(
      'GET /repos/{owner}/{repo}/commits/{commit_sha}/comments',
      { ...place, commit_sha, per_page: pageSize },
      stoppingInTime(),
    ),
  add: (client, place, body) =>
    client.request('POST /repos/{owner}/{repo}/commits/{commit_sha}/comments', { ...place, commit_sha, body }),
});

/** To this part of the API, a pull request is an issue. */
const pullThread = (issue_number: number): Thread => ({
  permission: 'pull_requests',
  list: (client, place) =>
    client.paginate(
      'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
      { ...place, issue_number, per_page: pageSize },
      stoppingInTime(),
    ),
  add: (client, place, body) =>
    client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...place, issue_number, body }),
});
