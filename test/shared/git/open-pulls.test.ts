import { expect, test } from 'vitest';
import { createGitHubReader } from '../../../shared/git/github.client.ts';
import { createEnvironment, startTestGitHub } from '../../local/github/support.ts';

const repository = 'acme/environment';

async function createWorld() {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const { appId, privateKey } = github.apps.read;
  const reader = createGitHubReader({ apiUrl: github.apiUrl, appId, privateKey: async () => privateKey });
  const commit = (branch: string, files: Record<string, string>, from = repository) =>
    github.commit({ repository: from, branch, files, message: `Change ${branch}` });
  return { github, reader, commit };
}

/** A branch off `staging` with a change, and a pull request for it. */
async function propose({ github, commit }: Awaited<ReturnType<typeof createWorld>>, branch: string, draft = false) {
  await github.moveBranch(repository, branch, (await github.head(repository, 'staging')) ?? null);
  const head = await commit(branch, { [`${branch}.txt`]: branch });
  const { number } = await github.openPullRequest(repository, { title: branch, head: branch, base: 'staging', draft });
  return { head, number };
}

test('open pull requests to one branch are listed, with what may be anybody’s', async () => {
  const world = await createWorld();
  const { github, reader, commit } = world;
  const { head, number } = await propose(world, 'one');
  const draft = await propose(world, 'two', true);
  await github.closePullRequest(repository, (await propose(world, 'closed')).number);
  await commit('production', { 'p.txt': 'p' });
  await github.openPullRequest(repository, { title: 'Other', head: 'production', base: 'main' }).catch(() => undefined);
  const fork = await github.fork(repository, 'stranger');
  const foreign = await commit('staging', { 'f.txt': 'f' }, fork);
  await github.openPullRequest(repository, {
    title: 'Fork',
    head: 'stranger:staging',
    base: 'staging',
    by: 'Stranger',
  });

  const open = await reader.openPullRequests(repository, 'staging');

  const common = { isFork: false, isDraft: false, author: 'Dev-Eloper' };
  expect(open.toSorted((a, b) => a.number - b.number)).toEqual([
    { ...common, number, head },
    { ...common, number: draft.number, head: draft.head, isDraft: true },
    { ...common, number: expect.any(Number), head: foreign, isFork: true, author: 'Stranger' },
  ]);
});

test('a test merge counts only for the very heads that were asked about', async () => {
  const world = await createWorld();
  const { github, reader, commit } = world;
  const base = (await github.head(repository, 'staging')) ?? '';
  const { head, number } = await propose(world, 'one');

  const merge = await reader.testMerge(repository, { number, head, base });
  expect(merge).toEqual({ outcome: 'clean', commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(await reader.testMerge(repository, { number, head: base, base })).toEqual({ outcome: 'unknown' });
  expect(await reader.testMerge(repository, { number, head, base: head })).toEqual({ outcome: 'unknown' });
  const archive = await reader.archive(repository, merge.outcome === 'clean' ? merge.commit : '', 1_000_000);
  expect(archive.length).toBeGreaterThan(0);

  const moved = await commit('staging', { 'one.txt': 'otherwise' });
  expect(await reader.testMerge(repository, { number, head, base: moved })).toEqual({ outcome: 'conflict' });
});

test('fault 63: only who may write agrees to a plan, at this head, and not to their own', async () => {
  const world = await createWorld();
  const { github, reader } = world;
  const { head, number } = await propose(world, 'one');
  const agreed = (author = 'stranger') => reader.isAgreedTo(repository, { number, head, author });
  github.grant(repository, 'Maintainer', 'write');

  expect(await agreed()).toBe(false);
  await github.review(repository, number, { state: 'APPROVED', by: 'Passer-by' });
  expect(await agreed()).toBe(false);
  await github.review(repository, number, { state: 'COMMENTED', body: 'no /plumbline plan here', by: 'Maintainer' });
  expect(await agreed()).toBe(false);
  await github.review(repository, number, {
    state: 'COMMENTED',
    body: 'Fine.\r\n/plumbline plan\r\n',
    by: 'Maintainer',
  });
  expect(await agreed()).toBe(true);
  expect(await agreed('maintainer')).toBe(false);
  await github.review(repository, number, { state: 'CHANGES_REQUESTED', body: 'Wait', by: 'Maintainer' });
  expect(await agreed()).toBe(false);
  await github.review(repository, number, { state: 'APPROVED', by: 'Maintainer' });
  expect(await agreed()).toBe(true);

  const next = await github.commit({ repository, branch: 'one', files: { evil: 'x' }, message: 'More' });
  expect(await reader.isAgreedTo(repository, { number, head: next, author: 'stranger' })).toBe(false);
});
