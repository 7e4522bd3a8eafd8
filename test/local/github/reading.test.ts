import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { createEnvironment, environment, manifest, octokitFor, startTestGitHub } from './support.ts';

async function untar(bytes: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const unpack = extract();
  unpack.end(gunzipSync(bytes));
  for await (const entry of unpack) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type === 'file') files[entry.header.name] = Buffer.concat(chunks).toString();
  }
  return files;
}

test('the archive of a revision is its tree in a folder named as GitHub names it', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { later: 'x' }, message: 'later' });

  const { data, url } = await octokitFor(github, 'read').repos.downloadTarballArchive({ ...environment, ref: sha });

  const folder = `acme-environment-${sha.slice(0, 7)}`;
  expect(await untar(Buffer.from(data as ArrayBuffer))).toEqual({
    [`${folder}/README.md`]: '# Environment\n',
    [`${folder}/apps/web/deployment.yaml`]: manifest,
  });
  expect(new URL(url).pathname).toBe(`/codeload/acme/environment/legacy.tar.gz/${sha}`);
});

test("an archive's link is worth nothing without its token, or later", async () => {
  let ahead = 0;
  const github = await startTestGitHub({ now: () => new Date(Date.now() + ahead) });
  const ref = await createEnvironment(github);
  const { url } = await octokitFor(github, 'read').repos.downloadTarballArchive({ ...environment, ref });
  expect((await fetch(url)).status).toBe(200);

  ahead = 301_000;

  expect((await fetch(url)).status).toBe(404);
  expect((await fetch(url.replace(/token=.*/, 'token=guess'))).status).toBe(404);
});

test('files, folders and trees are read at a ref', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const read = octokitFor(github, 'read');
  const at = { ...environment, ref: 'staging' };

  const file = await read.repos.getContent({ ...at, path: 'apps/web/deployment.yaml' });
  const folder = await read.repos.getContent({ ...at, path: 'apps' });
  const raw = await read.repos.getContent({ ...at, path: 'README.md', mediaType: { format: 'raw' } });
  const tree = await read.git.getTree({ ...environment, tree_sha: 'staging', recursive: 'true' });

  if (Array.isArray(file.data) || !('content' in file.data)) throw new Error('not a file');
  expect(Buffer.from(file.data.content, 'base64').toString()).toBe(manifest);
  expect(folder.data).toMatchObject([{ type: 'dir', path: 'apps/web' }]);
  expect(raw.data).toBe('# Environment\n');
  expect(tree.data.tree.map(({ path, type }) => [path, type])).toEqual([
    ['README.md', 'blob'],
    ['apps', 'tree'],
    ['apps/web', 'tree'],
    ['apps/web/deployment.yaml', 'blob'],
  ]);
  await expect(read.repos.getContent({ ...at, path: 'missing' })).rejects.toMatchObject({ status: 404 });
});

test('a comparison tells ahead, behind and diverged', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const commit = (branch: string, path: string) =>
    github.commit({ repository: 'acme/environment', branch, files: { [path]: 'x' }, message: path });
  const read = octokitFor(github, 'read');
  const compare = async () =>
    (await read.repos.compareCommitsWithBasehead({ ...environment, basehead: 'production...staging' })).data;

  expect(await compare()).toMatchObject({ status: 'identical', ahead_by: 0, behind_by: 0 });
  const sha = await commit('staging', 'a');
  expect(await compare()).toMatchObject({
    status: 'ahead',
    ahead_by: 1,
    commits: [{ sha }],
    files: [{ filename: 'a' }],
  });
  await commit('production', 'b');
  expect(await compare()).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, files: [{ filename: 'a' }] });
});

test("a file's history is paged by links that Octokit follows", async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  for (const version of ['1', '2', '3', '4', '5'])
    await github.commit({
      repository: 'acme/environment',
      branch: 'staging',
      files: { pin: version, noise: version },
      message: version,
    });
  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { other: 'x' }, message: 'other' });
  const read = octokitFor(github, 'read');

  const list = { ...environment, sha: 'staging', path: 'pin', per_page: 2 };
  const commits = await read.paginate(read.repos.listCommits, list);

  expect(commits.map(({ commit }) => commit.message)).toEqual(['5', '4', '3', '2', '1']);
  expect(github.calls.filter(({ operation }) => operation === 'GET /repos/{owner}/{repo}/commits')).toHaveLength(3);
});

test('a diff names renamed, changed and deleted files with their counts', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const files = {
    'apps/web/deployment.yaml': null,
    'apps/site/deployment.yaml': manifest,
    'README.md': '# Two\nlines\n',
  };
  const ref = await github.commit({ repository: 'acme/environment', branch: 'staging', files, message: 'Rename' });

  const { data } = await octokitFor(github, 'read').repos.getCommit({ ...environment, ref });

  expect(data.stats).toEqual({ total: 3, additions: 2, deletions: 1 });
  expect(data.files).toMatchObject([
    { filename: 'README.md', status: 'modified', additions: 2, deletions: 1 },
    {
      filename: 'apps/site/deployment.yaml',
      status: 'renamed',
      previous_filename: 'apps/web/deployment.yaml',
      changes: 0,
    },
  ]);
});

test('fault 15, 16: a missing branch is 404, an empty repository 409', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  await github.createRepository({ owner: 'acme', name: 'empty' });
  const read = octokitFor(github, 'read');

  await expect(read.git.getRef({ ...environment, ref: 'heads/missing' })).rejects.toMatchObject({ status: 404 });
  await expect(read.repos.getBranch({ ...environment, branch: 'missing' })).rejects.toMatchObject({ status: 404 });
  const empty = { owner: 'acme', repo: 'empty' };
  await expect(read.git.getRef({ ...empty, ref: 'heads/main' })).rejects.toMatchObject({ status: 409 });
  await expect(read.repos.downloadTarballArchive({ ...empty, ref: 'main' })).rejects.toMatchObject({ status: 409 });
});

test('fault 15: a renamed repository is found by its old name, and says its new one', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  const read = octokitFor(github, 'read');

  github.rename('acme/environment', 'environments');

  expect((await read.git.getRef({ ...environment, ref: 'heads/staging' })).data.object.sha).toBe(sha);
  expect((await read.repos.get(environment)).data.full_name).toBe('acme/environments');
  expect(github.calls.map(({ status }) => status)).toContain(301);
  expect(github.unknownCalls).toEqual([]);
});

test('names that git would take for expressions or options resolve to nothing', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const read = octokitFor(github, 'read');

  for (const ref of ['staging~1', 'staging:README.md', '--all', 'staging@{0}', '^staging', 'a..b', ':/Initial'])
    await expect(read.repos.getCommit({ ...environment, ref }), ref).rejects.toMatchObject({ status: 422 });
});

test('an unchanged answer is not sent twice to whoever has its tag', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const read = octokitFor(github, 'read');
  const get = (headers = {}) => read.git.getRef({ ...environment, ref: 'heads/staging', headers });
  const { headers } = await get();

  await expect(get({ 'if-none-match': headers.etag })).rejects.toMatchObject({ status: 304 });
  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'a' }, message: 'a' });
  expect((await get({ 'if-none-match': headers.etag })).status).toBe(200);
});
