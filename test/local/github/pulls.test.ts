import { expect, test } from 'vitest';
import type { GitHubStandIn } from '../../../local/github/start.ts';
import { createEnvironment, environment, octokitFor, startReceiver, startTestGitHub } from './support.ts';

const wanted = { ...environment, title: 'Promote 1.1.0', head: 'staging', base: 'production' };

function commitOn(github: GitHubStandIn, branch: string, path: string, content = branch): Promise<string> {
  const message = `Change ${path} on ${branch}`;
  return github.commit({ repository: 'acme/environment', branch, files: { [path]: content }, message });
}

test('a pull request shows what it would change and whether it can be merged', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const sha = await commitOn(github, 'staging', 'a', 'one\ntwo\n');
  const write = octokitFor(github, 'write');

  const { data } = await write.pulls.create({ ...wanted, body: 'Pins' });

  expect(data).toMatchObject({ number: 1, state: 'open', mergeable: true, mergeable_state: 'clean', commits: 1 });
  expect(data).toMatchObject({ additions: 2, deletions: 0, changed_files: 1, user: { login: 'plumbline-write[bot]' } });
  expect(data.head).toMatchObject({ ref: 'staging', sha, label: 'acme:staging' });
  const files = await write.pulls.listFiles({ ...environment, pull_number: 1 });
  expect(files.data).toMatchObject([{ filename: 'a', status: 'added', patch: '@@ -0,0 +1,2 @@\n+one\n+two' }]);
});

test('merging makes a real merge commit and tells both sides', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const head = await commitOn(github, 'staging', 'a');
  const base = await commitOn(github, 'production', 'b');
  const write = octokitFor(github, 'write');
  await write.pulls.create(wanted);
  github.setWebhook({ url: (await startReceiver()).url, secret: 'secret' });

  const { data } = await write.pulls.merge({ ...environment, pull_number: 1, sha: head });

  expect(await github.head('acme/environment', 'production')).toBe(data.sha);
  const { data: commit } = await write.git.getCommit({ ...environment, commit_sha: data.sha });
  expect(commit.parents.map(({ sha }) => sha)).toEqual([base, head]);
  expect(commit.message).toBe('Merge pull request #1 from acme/staging\n\nPromote 1.1.0');
  const events = github.deliveries.slice(1).map(({ event, action, payload }) => [event, action, payload.ref]);
  expect(events).toEqual([
    ['push', undefined, 'refs/heads/production'],
    ['pull_request', 'closed', undefined],
  ]);
  expect(github.deliveries.at(-1)?.payload.pull_request).toMatchObject({ merged: true, merge_commit_sha: data.sha });
});

test('a squash is one commit with one parent', async () => {
  const github = await startTestGitHub();
  const base = await createEnvironment(github);
  await commitOn(github, 'staging', 'a');
  await commitOn(github, 'staging', 'b');
  await github.openPullRequest('acme/environment', { title: 'Promote', head: 'staging', base: 'production' });

  const sha = await github.mergePullRequest('acme/environment', 1, { merge_method: 'squash' });

  const { data } = await octokitFor(github, 'read').git.getCommit({ ...environment, commit_sha: sha });
  expect(data.parents.map((parent) => parent.sha)).toEqual([base]);
  expect(data.message).toBe('Promote (#1)\n\n* Change a on staging\n\n* Change b on staging');
});

test('a conflict, an old head, a draft and a rebase are refused as GitHub refuses them', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const first = await commitOn(github, 'staging', 'a', 'one');
  const write = octokitFor(github, 'write');
  await write.pulls.create(wanted);
  const merge = (request: object = {}) => write.pulls.merge({ ...environment, pull_number: 1, ...request });
  await commitOn(github, 'staging', 'c');

  await expect(merge({ sha: first })).rejects.toMatchObject({ status: 409 });
  await expect(merge({ merge_method: 'rebase' })).rejects.toMatchObject({ status: 405 });
  const base = await commitOn(github, 'production', 'a', 'two');
  await expect(merge()).rejects.toMatchObject({ status: 405, message: /not mergeable/ });
  const { data } = await write.pulls.get({ ...environment, pull_number: 1 });
  expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty', merge_commit_sha: null });
  expect(await github.head('acme/environment', 'production')).toBe(base);
});

test.for([
  ['a branch is missing', { head: 'missing' }, /Validation Failed/],
  ['there is nothing to merge', { head: 'production' }, /No commits between production and production/],
  ['one is open already', {}, /A pull request already exists for acme:staging/],
] as const)('no pull request is opened if %s', async ([, change, words]) => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  await commitOn(github, 'staging', 'a');
  const write = octokitFor(github, 'write');
  await write.pulls.create(wanted);

  await expect(write.pulls.create({ ...wanted, ...change })).rejects.toThrow(words);
  expect(github.pullRequests('acme/environment')).toHaveLength(1);
});

test('pull requests are found by state, base and head', async () => {
  const github = await startTestGitHub();
  const first = await createEnvironment(github);
  await commitOn(github, 'staging', 'a');
  await github.moveBranch('acme/environment', 'preview', first);
  await commitOn(github, 'preview', 'p');
  const write = octokitFor(github, 'write');
  await write.pulls.create(wanted);
  await write.pulls.create({ ...wanted, head: 'preview' });
  await write.pulls.update({ ...environment, pull_number: 2, state: 'closed' });
  const numbers = async (filter: object) =>
    (await write.pulls.list({ ...environment, ...filter })).data.map(({ number }) => number);

  expect(await numbers({})).toEqual([1]);
  expect(await numbers({ state: 'all' })).toEqual([2, 1]);
  expect(await numbers({ state: 'closed', head: 'acme:preview' })).toEqual([2]);
  expect(await numbers({ state: 'all', base: 'staging' })).toEqual([]);
});

test('a pull request follows its branch: updated, closed with it, merged by a push', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  await commitOn(github, 'staging', 'a');
  const open = (head: string) => github.openPullRequest('acme/environment', { title: head, head, base: 'production' });
  const pull = await open('staging');
  github.setWebhook({ url: (await startReceiver()).url, secret: 'secret' });

  const head = await commitOn(github, 'staging', 'b');
  expect(pull.head.sha).toBe(head);
  await github.moveBranch('acme/environment', 'production', head);
  expect(pull).toMatchObject({ state: 'closed', mergeCommit: head });
  await github.moveBranch('acme/environment', 'preview', head);
  await commitOn(github, 'preview', 'c');
  const preview = await open('preview');
  await github.moveBranch('acme/environment', 'preview', null);

  expect(preview).toMatchObject({ state: 'closed', mergedAt: null });
  const actions = github.deliveries.flatMap(({ action }) => action ?? []);
  expect(actions).toEqual(['synchronize', 'closed', 'opened', 'closed']);
});

test('fault 63: a pull request from a fork names the fork as its head', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const fork = await github.fork('acme/environment', 'mallory');
  const sha = await github.commit({ repository: fork, branch: 'staging', files: { evil: 'x' }, message: 'Evil' });

  await github.openPullRequest('acme/environment', { title: 'Take this', head: 'mallory:staging', base: 'staging' });

  const { data } = await octokitFor(github, 'read').pulls.get({ ...environment, pull_number: 1 });
  expect(data).toMatchObject({ mergeable: true, changed_files: 1 });
  expect(data.head).toMatchObject({ sha, label: 'mallory:staging', repo: { full_name: fork, fork: true } });
  expect(data.base.repo.full_name).toBe('acme/environment');
  const archive = await octokitFor(github, 'read').repos.downloadTarballArchive({ ...environment, ref: sha });
  expect(archive.status).toBe(200);
});
