import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';
import type { GitHubStandIn } from '../../../local/github/start.ts';
import { createEnvironment, manifest, octokitFor, runGitIn, startTestGitHub, temporaryFolder } from './support.ts';

const mutation = `mutation Pin($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } ref { name target { oid } } }
}`;

type Change = { additions?: Record<string, string>; deletions?: string[]; expectedHeadOid: string; branch?: string };
type Created = {
  createCommitOnBranch: { commit: { oid: string; url: string }; ref: { name: string; target: { oid: string } } };
};

function commit(octokit: Octokit, { additions = {}, deletions = [], expectedHeadOid, branch = 'staging' }: Change) {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const fileChanges = {
    additions: Object.entries(additions).map(([path, text]) => ({ path, contents: base64(text) })),
    deletions: deletions.map((path) => ({ path })),
  };
  const message = { headline: 'Pin web to 1.1.0', body: 'Plumbline-Image: web' };
  const target = { repositoryNameWithOwner: 'acme/environment', branchName: branch };
  return octokit.graphql<Created>(mutation, { input: { branch: target, expectedHeadOid, fileChanges, message } });
}

async function text(github: GitHubStandIn, path: string): Promise<string | undefined> {
  return (await github.readFile('acme/environment', 'staging', path))?.toString();
}

test('one commit adds, changes and deletes files, and nothing else', async () => {
  const github = await startTestGitHub();
  const head = await createEnvironment(github);
  const write = octokitFor(github, 'write');
  const additions = { 'apps/web/deployment.yaml': manifest.replace('1.0.0', '1.1.0'), 'apps/a "b"/ç\n.yaml': 'new' };

  const { createCommitOnBranch } = await commit(write, { expectedHeadOid: head, additions, deletions: ['README.md'] });

  const { oid } = createCommitOnBranch.commit;
  expect(await github.head('acme/environment', 'staging')).toBe(oid);
  expect(createCommitOnBranch.ref).toEqual({ name: 'staging', target: { oid } });
  expect(await text(github, 'apps/web/deployment.yaml')).toBe(additions['apps/web/deployment.yaml']);
  expect(await text(github, 'apps/a "b"/ç\n.yaml')).toBe('new');
  expect(await text(github, 'README.md')).toBeUndefined();
  expect(await github.head('acme/environment', 'production')).toBe(head);
  const { data } = await write.repos.getCommit({ owner: 'acme', repo: 'environment', ref: oid });
  expect(data.commit).toMatchObject({
    message: 'Pin web to 1.1.0\n\nPlumbline-Image: web',
    author: { name: 'plumbline-write[bot]' },
    committer: { name: 'GitHub', email: 'noreply@github.com' },
  });
  expect(data.parents.map(({ sha }) => sha)).toEqual([head]);
});

test('fault 12: a moved head is STALE_DATA, and nothing is written', async () => {
  const github = await startTestGitHub();
  const stale = await createEnvironment(github);
  const person = await github.commit({
    repository: 'acme/environment',
    branch: 'staging',
    files: { a: 'a' },
    message: 'a',
  });

  const attempt = commit(octokitFor(github, 'write'), { expectedHeadOid: stale, additions: { b: 'b' } });

  await expect(attempt).rejects.toMatchObject({
    name: 'GraphqlResponseError',
    errors: [{ type: 'STALE_DATA', path: ['createCommitOnBranch'] }],
    message: expect.stringContaining(`Expected branch to point to "${stale}" but it did not.  Pull and try again.`),
  });
  expect(await github.head('acme/environment', 'staging')).toBe(person);
});

test('fault 17: of many commits at once on one head exactly one lands', async () => {
  const github = await startTestGitHub();
  const head = await createEnvironment(github);
  const write = octokitFor(github, 'write');
  const attempts = Array.from({ length: 8 }, (_, index) =>
    commit(write, { expectedHeadOid: head, additions: { [`file-${index}`]: 'x' } }),
  );

  const results = await Promise.allSettled(attempts);

  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('an executable file stays one', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const folder = join(await temporaryFolder(), 'clone');
  await runGitIn('/', 'clone', '--quiet', github.cloneUrl('acme', 'environment'), folder);
  await writeFile(join(folder, 'run.sh'), 'echo 1.0.0\n');
  await chmod(join(folder, 'run.sh'), 0o755);
  await runGitIn(folder, 'add', '--all');
  await runGitIn(folder, 'commit', '--quiet', '--message', 'Add a script');
  await runGitIn(folder, 'push', '--quiet');
  const head = (await github.head('acme/environment', 'staging')) ?? '';

  await commit(octokitFor(github, 'write'), { expectedHeadOid: head, additions: { 'run.sh': 'echo 1.1.0\n' } });

  await runGitIn(folder, 'pull', '--quiet');
  const { stdout } = await promisify(execFile)(join(folder, 'run.sh'));
  expect(stdout).toBe('1.1.0\n');
});

test.for([
  ['a path that is not there is deleted', { deletions: ['missing'] }, /requested for deletion which does not exist/],
  ['a path is named twice', { additions: { 'README.md': 'x' }, deletions: ['README.md'] }, /Path must be unique/],
  ['a path leaves the repository', { additions: { '../outside': 'x' } }, /Path is invalid/],
  ['a path is absolute', { additions: { '/etc/passwd': 'x' } }, /Path is invalid/],
  ['a path is in .git', { additions: { '.git/config': 'x' } }, /Path is invalid/],
] as const)('nothing is written if %s', async ([, change, words]) => {
  const github = await startTestGitHub();
  const head = await createEnvironment(github);
  const { additions, deletions } = { additions: {}, deletions: [], ...change };

  const attempt = commit(octokitFor(github, 'write'), { expectedHeadOid: head, additions, deletions: [...deletions] });

  await expect(attempt).rejects.toThrow(words);
  expect(await github.head('acme/environment', 'staging')).toBe(head);
});

test('fault 14: a missing permission, branch or repository and a protected branch are told apart', async () => {
  const github = await startTestGitHub();
  const expectedHeadOid = await createEnvironment(github);
  github.protectBranch('acme/environment', 'production');
  const write = octokitFor(github, 'write');

  const forbidden = commit(octokitFor(github, 'read'), { expectedHeadOid, additions: { a: 'a' } });
  const missing = commit(write, { expectedHeadOid, branch: 'missing' });
  const guarded = commit(write, { expectedHeadOid, branch: 'production' });

  await expect(forbidden).rejects.toMatchObject({ errors: [{ type: 'FORBIDDEN' }] });
  await expect(missing).rejects.toMatchObject({ errors: [{ type: 'NOT_FOUND' }] });
  await expect(guarded).rejects.toThrow(/Changes must be made through a pull request/);
});

test('an operation, a field or an input that GitHub would not know is named', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const { graphql } = octokitFor(github, 'write');

  await expect(graphql('mutation { mergeEverything(input: {}) { ok } }')).rejects.toThrow(
    "Field 'mergeEverything' doesn't exist on type 'Mutation'",
  );
  await expect(graphql(mutation, { input: { branch: {} } })).rejects.toThrow(/invalid value for input\.branch/);
  await expect(graphql('mutation { createCommitOnBranch( }')).rejects.toThrow(/Parse error on "\}" at \[1, 34\]/);
  expect(github.unknownCalls).toEqual(['mutation mergeEverything']);
});
