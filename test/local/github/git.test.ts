import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { expect, test, vi } from 'vitest';
import {
  createEnvironment,
  manifest,
  octokitFor,
  runGitIn,
  startReceiver,
  startTestGitHub,
  temporaryFolder,
} from './support.ts';

async function clone(url: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'clone');
  await runGitIn('/', 'clone', '--quiet', url, folder);
  return folder;
}

async function pushEdit(folder: string, path: string, content: string, message: string): Promise<string> {
  await writeFile(join(folder, path), content);
  await runGitIn(folder, 'add', '--all');
  await runGitIn(folder, 'commit', '--quiet', '--message', message);
  await runGitIn(folder, 'push', '--quiet', 'origin', 'HEAD');
  return runGitIn(folder, 'rev-parse', 'HEAD');
}

test('git clones without a password what was committed', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);

  const folder = await clone(github.cloneUrl('acme', 'environment'));

  expect(await runGitIn(folder, 'rev-parse', 'HEAD')).toBe(sha);
  expect(await runGitIn(folder, 'branch', '--show-current')).toBe('staging');
  expect(await readFile(join(folder, 'apps/web/deployment.yaml'), 'utf8')).toBe(manifest);
});

test('a push by git moves the branch for everyone and fires one webhook', async () => {
  const github = await startTestGitHub();
  const before = await createEnvironment(github);
  const { url, received } = await startReceiver();
  const folder = await clone(github.cloneUrl('acme', 'environment'));
  github.setWebhook({ url, secret: 'secret' });

  const after = await pushEdit(folder, 'apps/web/deployment.yaml', manifest.replace('1.0.0', '1.1.0'), 'Deploy 1.1.0');
  await vi.waitFor(() => expect(received).toHaveLength(2));

  expect(await github.head('acme/environment', 'staging')).toBe(after);
  const payload = JSON.parse(received[1]?.body ?? '');
  expect(payload).toMatchObject({ ref: 'refs/heads/staging', before, after, created: false, deleted: false });
  expect(payload.pusher).toEqual({ name: 'Ada', email: 'ada@example.com' });
  expect(payload.commits).toMatchObject([
    { id: after, message: 'Deploy 1.1.0', modified: ['apps/web/deployment.yaml'] },
  ]);
});

test('a push of nothing, a refused push and a fetch fire no webhook', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const folder = await clone(github.cloneUrl('acme', 'environment'));
  await github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'a' }, message: 'a' });
  const { url, received } = await startReceiver();
  github.setWebhook({ url, secret: 'secret' });

  await runGitIn(folder, 'push', '--quiet', 'origin', 'production:production').catch(() => undefined);
  await expect(pushEdit(folder, 'b', 'b', 'on an old head')).rejects.toThrow(/fetch first|non-fast-forward/);
  await runGitIn(folder, 'fetch', '--quiet');
  await github.settled();

  expect(received.map(({ headers }) => headers['x-github-event'])).toEqual(['ping']);
});

test('a force-push and a deleted branch are told as such', async () => {
  const github = await startTestGitHub();
  const first = await createEnvironment(github);
  const old = await github.commit({
    repository: 'acme/environment',
    branch: 'staging',
    files: { a: 'a' },
    message: 'a',
  });
  const { url, received } = await startReceiver();
  const folder = await clone(github.cloneUrl('acme', 'environment'));
  github.setWebhook({ url, secret: 'secret' });

  await runGitIn(folder, 'push', '--quiet', '--force', 'origin', `${first}:staging`, ':production');
  await vi.waitFor(() => expect(received).toHaveLength(3));

  const payloads = received.slice(1).map(({ body }) => JSON.parse(body));
  expect(payloads.find(({ ref }) => ref === 'refs/heads/staging')).toMatchObject({
    forced: true,
    before: old,
    after: first,
  });
  expect(payloads.find(({ ref }) => ref === 'refs/heads/production')).toMatchObject({
    deleted: true,
    head_commit: null,
  });
  expect(await github.head('acme/environment', 'production')).toBeUndefined();
});

test('a large push arrives whole, in chunks and compressed as git sends it', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const folder = await clone(github.cloneUrl('acme', 'environment'));
  const random = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) ^ (index >> 3)));

  await pushEdit(folder, 'large.bin', random.toString('base64'), 'Large');

  expect((await github.readFile('acme/environment', 'staging', 'large.bin'))?.toString()).toBe(
    random.toString('base64'),
  );
});

test("an App's token is held to its rights when git uses it", async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const { appId, installationId, privateKey } = github.apps.read;
  const request = octokitFor(github, 'read').request;
  const auth = createAppAuth({ appId, privateKey, installationId, request });
  const { token } = await auth({ type: 'installation' });
  const url = github.cloneUrl('acme', 'environment');
  const withToken = (value: string) => {
    const credentials = Buffer.from(`x-access-token:${value}`).toString('base64');
    return ['-c', `http.extraHeader=Authorization: Basic ${credentials}`];
  };
  const folder = await temporaryFolder();
  const cloneWith = (value: string) => runGitIn(folder, ...withToken(value), 'clone', '--quiet', url);

  await expect(cloneWith('ghs_wrong')).rejects.toThrow(/403/);
  await cloneWith(token);
  const push = ['push', '--quiet', 'origin', 'HEAD:refs/heads/mine'];
  await expect(runGitIn(join(folder, 'environment'), ...withToken(token), ...push)).rejects.toThrow(/403/);

  expect(await github.head('acme/environment', 'mine')).toBeUndefined();
});
