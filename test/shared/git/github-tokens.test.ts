import type { Octokit } from '@octokit/rest';
import { describe, expect, test } from 'vitest';
import type { AppName } from '../../../local/github/apps.ts';
import type { GitHubStandIn } from '../../../local/github/start.ts';
import { createGitHubReader, createGitHubReporter, createGitHubWriter } from '../../../shared/git/github.client.ts';
import type { GitReader, GitReporter, GitWriter } from '../../../shared/git/ports.ts';
import { octokitOfApp, octokitWith, startTestGitHub } from '../../local/github/support.ts';

const repository = 'example-org/example-environment';
const place = { owner: 'example-org', repo: 'example-environment' };
const mint = 'POST /app/installations/{installation_id}/access_tokens';
const files = [{ path: 'a.yaml', content: new TextEncoder().encode('b\n') }];

type Git = { first: string; reader: GitReader; writer: GitWriter; reporter: GitReporter };

async function start() {
  const github = await startTestGitHub();
  const made = await github.createRepository({ owner: 'example-org', name: 'example-environment', files: { a: 'a' } });
  const first = made ?? '';
  await github.createRepository({ owner: 'example-org', name: 'other', files: { a: 'a' } });
  await github.commit({ repository, branch: 'work', files: { b: 'b' }, message: 'Work' });
  const { number } = await github.openPullRequest(repository, { head: 'work', base: 'main', title: 'Work' });
  const app = (name: AppName) => ({
    apiUrl: github.apiUrl,
    appId: github.apps[name].appId,
    privateKey: async () => github.apps[name].privateKey,
  });
  const reader = createGitHubReader(app('read'));
  const writer = createGitHubWriter(app('write'));
  const reporter = createGitHubReporter(app('report'));
  return { github, git: { first, reader, writer, reporter }, number };
}

const mintedIn = ({ calls }: GitHubStandIn) =>
  calls.filter(({ operation }) => operation === mint).map(({ body }) => body as { permissions: object });

const status = { context: 'plumbline/staging', state: 'success', description: 'done' } as const;
const pull = { repository, branch: 'new', base: 'main', title: 'New', body: '' };

/** Every call of every port, and all that its token may do. */
const needs: [string, (git: Git) => Promise<unknown>, object][] = [
  ['reader.head', ({ reader }) => reader.head(repository, 'main'), { contents: 'read' }],
  ['reader.archive', ({ reader, first }) => reader.archive(repository, first, 1e6), { contents: 'read' }],
  ['writer.head', ({ writer }) => writer.head(repository, 'main'), { contents: 'read' }],
  ['writer.archive', ({ writer, first }) => writer.archive(repository, first, 1e6), { contents: 'read' }],
  ['reader.history', ({ reader, first }) => reader.history(repository, first, 100), { contents: 'read' }],
  ['writer.history', ({ writer, first }) => writer.history(repository, first, 100), { contents: 'read' }],
  [
    'writer.commit',
    ({ writer, first }) => writer.commit({ repository, branch: 'main', expectedHead: first, message: 'Change', files }),
    { contents: 'write' },
  ],
  [
    'writer.replace',
    ({ writer, first }) =>
      writer.replace({ repository, branch: 'new', expectedHead: undefined, base: first, message: 'Change', files }),
    { contents: 'write' },
  ],
  ['writer.pullRequests', ({ writer }) => writer.pullRequests(repository, 'work'), { pull_requests: 'read' }],
  ['writer.openPullRequest', ({ writer }) => writer.openPullRequest(pull).catch(() => 0), { pull_requests: 'write' }],
  ['writer.remarks of a commit', ({ writer, first }) => writer.remarks(repository, first), { contents: 'read' }],
  ['writer.remark on a commit', ({ writer, first }) => writer.remark(repository, first, 'x'), { contents: 'write' }],
  ['reporter.status', ({ reporter, first }) => reporter.status(repository, first, 'x'), { statuses: 'read' }],
  ['reporter.setStatus', ({ reporter, first }) => reporter.setStatus(repository, first, status), { statuses: 'write' }],
  [
    'reporter.deployment',
    ({ reporter, first }) => reporter.deployment(repository, first, 'staging'),
    { deployments: 'write' },
  ],
];

describe('tokens for GitHub', () => {
  test.each(needs)('%s asks for one repository and just what it needs', async (_name, call, permissions) => {
    const { github, git } = await start();
    await call(git);
    expect(mintedIn(github)).toEqual([{ repositories: ['example-environment'], permissions }]);
  });

  test('what is said about a pull request is read and written with rights on pull requests alone', async () => {
    const { github, git, number } = await start();
    const closed = { title: 'Work', body: '', state: 'closed' } as const;
    await git.writer.remarks(repository, `#${number}`);
    await git.writer.remark(repository, `#${number}`, 'x');
    await git.writer.changePullRequest(repository, number, closed);
    expect(mintedIn(github).map(({ permissions }) => permissions)).toEqual([
      { pull_requests: 'read' },
      { pull_requests: 'write' },
    ]);
  });

  test('a token is kept for the next call with the same needs', async () => {
    const { github, git } = await start();
    await git.reader.head(repository, 'main');
    await git.reader.archive(repository, git.first, 1e6);
    await git.reader.head(repository, 'work');
    expect(mintedIn(github)).toHaveLength(1);
  });
});

/** What somebody who got hold of a token would try, beginning with the least. */
const attempts: Record<string, (octokit: Octokit, sha: string) => Promise<unknown>> = {
  'read files': (octokit) => octokit.repos.getContent({ ...place, path: 'a' }),
  'read pull requests': (octokit) => octokit.pulls.list(place),
  'read statuses': (octokit, sha) => octokit.repos.listCommitStatusesForRef({ ...place, ref: sha }),
  'write a branch': (octokit, sha) => octokit.git.createRef({ ...place, ref: 'refs/heads/evil', sha }),
  'open a pull request': (octokit) => octokit.pulls.create({ ...place, head: 'work', base: 'main', title: 'x' }),
  'write a status': (octokit, sha) => octokit.repos.createCommitStatus({ ...place, sha, state: 'success' }),
  'start a deployment': (octokit, sha) =>
    octokit.repos.createDeployment({ ...place, ref: sha, auto_merge: false, required_contexts: [] }),
  'read another repository': (octokit) => octokit.repos.getContent({ owner: 'example-org', repo: 'other', path: 'a' }),
};

describe('a token that fell into the wrong hands', () => {
  test.each<[AppName, Record<string, 'read' | 'write'>, string[]]>([
    ['read', { contents: 'read' }, ['read files']],
    ['write', { contents: 'read' }, ['read files']],
    ['write', { contents: 'write' }, ['read files', 'write a branch']],
    ['write', { pull_requests: 'read' }, ['read pull requests']],
    ['report', { statuses: 'read' }, ['read statuses']],
    ['report', { statuses: 'write' }, ['read statuses', 'write a status']],
  ])('of the App %s for %j can do this and nothing else', async (name, permissions, can) => {
    const { github, git } = await start();
    const { data } = await octokitOfApp(github, name).apps.createInstallationAccessToken({
      installation_id: github.apps[name].installationId,
      repositories: ['example-environment'],
      permissions,
    });
    const octokit = octokitWith(github, data.token);
    const outcomes: string[] = [];
    for (const [what, attempt] of Object.entries(attempts)) {
      const status = await attempt(octokit, git.first).then(
        () => 200,
        (error: { status: number }) => error.status,
      );
      expect([200, 403, 404]).toContain(status);
      if (status === 200) outcomes.push(what);
    }
    expect(outcomes).toEqual(can);
  });
});
