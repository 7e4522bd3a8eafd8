import type { Octokit } from '@octokit/rest';
import { type Access, splitName } from './github-access.client.ts';
import type { GitWriter } from './ports.ts';

type Remarks = Pick<GitWriter, 'remarks' | 'remark'>;
type Place = { owner: string; repo: string };

/** Where GitHub keeps what is said about a commit or a pull request, and who may read and write it. */
type Thread = {
  access: Access;
  list(client: Octokit, place: Place): Promise<{ body?: string | undefined }[]>;
  add(client: Octokit, place: Place, body: string): Promise<unknown>;
};

/** @param accesses to commits, with "Contents: write", and to pull requests, with "Pull requests: write" */
export function createRemarks(accesses: { commits: Access; pulls: Access }): Remarks {
  const threadOf = (about: string) =>
    about.startsWith('#') ? pullThread(accesses.pulls, Number(about.slice(1))) : commitThread(accesses.commits, about);
  return {
    async remarks(repository, about) {
      const { access, list } = threadOf(about);
      const comments = await access(repository, `read the comments on ${about} in`, (client) =>
        list(client, splitName(repository)),
      );
      return comments.map(({ body }) => body ?? '');
    },
    async remark(repository, about, body) {
      const { access, add } = threadOf(about);
      await access(repository, `comment on ${about} in`, (client) => add(client, splitName(repository), body));
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

const commitThread = (access: Access, commit_sha: string): Thread => ({
  access,
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
const pullThread = (access: Access, issue_number: number): Thread => ({
  access,
  list: (client, place) =>
    client.paginate(
      'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
      { ...place, issue_number, per_page: pageSize },
      stoppingInTime(),
    ),
  add: (client, place, body) =>
    client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...place, issue_number, body }),
});
