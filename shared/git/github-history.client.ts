import { type Access, splitName } from './github-access.client.ts';
import type { Commit, GitReader } from './ports.ts';

export const createHistory = (access: Access): Pick<GitReader, 'history'> => ({
  history: (...where) => readHistory(access, ...where),
});

function readHistory(access: Access, repository: string, revision: string, count: number): Promise<Commit[]> {
  const doing = `read the history at ${revision} of`;
  return access({ repository, doing, needs: { contents: 'read' } }, async (client) => {
    const pages = Array.from({ length: Math.ceil(count / 100) }, (_, index) => index + 1);
    const parameters = { ...splitName(repository), sha: revision, per_page: 100 };
    const answers = await Promise.all(
      pages.map((page) => client.request('GET /repos/{owner}/{repo}/commits', { ...parameters, page })),
    );
    return answers.flatMap(({ data }) => data.map(toCommit));
  });
}

type ListedCommit = {
  sha: string;
  commit: { message: string; author: { name?: string } | null; committer: { date?: string } | null };
  author: Account;
  committer: Account;
};

const toCommit = ({ sha, commit: { message, author, committer }, ...accounts }: ListedCommit): Commit => ({
  revision: sha,
  message,
  at: new Date(committer?.date ?? 0),
  byApp: isBot(accounts.author) && (isBot(accounts.committer) || isGitHub(accounts.committer)),
  author: accounts.author?.login ?? author?.name ?? 'unknown',
});

type Account = { type?: string; login?: string } | null;

const isBot = (account: Account) => account?.type === 'Bot';

/** The committer of what is made through GitHub's page and `createCommitOnBranch`. */
const isGitHub = (account: Account) => account?.login === 'web-flow';
