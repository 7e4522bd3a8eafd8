import { generateKeyPairSync, sign } from 'node:crypto';
import type { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';
import { createEnvironment, environment, octokitFor, octokitOfApp, octokitWith, startTestGitHub } from './support.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function webToken(key: string, claims: Record<string, unknown>): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

const seconds = () => Math.floor(Date.now() / 1000);

test('each App gets tokens for an hour with its own permissions', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);

  for (const name of ['read', 'write', 'report'] as const) {
    const { installationId } = github.apps[name];
    const { data } = await octokitOfApp(github, name).apps.createInstallationAccessToken({
      installation_id: installationId,
    });
    expect(data.token).toMatch(/^ghs_\w{36}$/);
    expect(Date.parse(data.expires_at) - Date.now()).toBeGreaterThan(3_590_000);
    expect(data.permissions).toMatchObject({ metadata: 'read' });
    expect(data.permissions?.contents).toBe({ read: 'read', write: 'write', report: undefined }[name]);
  }
});

test.for([
  ['signed by another key', (iss: number) => ({ iss, iat: seconds(), exp: seconds() + 60 }), /could not be decoded/],
  ['expired', (iss: number) => ({ iss, iat: seconds() - 700, exp: seconds() - 60 }), /'exp'/],
  ['valid for too long', (iss: number) => ({ iss, iat: seconds(), exp: seconds() + 3600 }), /too far in the future/],
  ['issued in the future', (iss: number) => ({ iss, iat: seconds() + 600, exp: seconds() + 900 }), /'iat'/],
  ['of an unknown App', () => ({ iss: 7, iat: seconds(), exp: seconds() + 60 }), /Integration not found/],
] as const)('a JSON web token %s is refused', async ([title, claims, words]) => {
  const github = await startTestGitHub();
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs1',
    format: 'pem',
  });
  const { appId, privateKey } = github.apps.read;
  const key = title === 'signed by another key' ? stranger.toString() : privateKey;
  const octokit = octokitWith(github, webToken(key, claims(appId)));

  await expect(octokit.apps.getAuthenticated()).rejects.toThrow(words);
});

test('fault 14: what an App lacks the permission for is a 403 that names what would be enough', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  const read = octokitFor(github, 'read');
  const report = octokitFor(github, 'report');

  const status = read.repos.createCommitStatus({ ...environment, sha, state: 'success' });
  await expect(status).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration'),
    response: { headers: { 'x-accepted-github-permissions': 'statuses=write' } },
  });
  await expect(report.repos.getContent({ ...environment, path: 'README.md' })).rejects.toMatchObject({ status: 403 });
});

test('fault 14: a repository that the App is not installed on does not exist for it', async () => {
  const github = await startTestGitHub({ apps: { read: { repositories: ['acme/other'] } } });
  await createEnvironment(github);
  await github.createRepository({ owner: 'acme', name: 'other', files: { a: 'a' } });
  const read = octokitFor(github, 'read');

  await expect(read.repos.get(environment)).rejects.toMatchObject({ status: 404 });
  await expect(octokitOfApp(github, 'read').apps.getRepoInstallation(environment)).rejects.toMatchObject({
    status: 404,
  });
  expect((await read.apps.listReposAccessibleToInstallation()).data.repositories.map(({ name }) => name)).toEqual([
    'other',
  ]);
});

test('a token can be narrowed to repositories and permissions, and never widened', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  await github.createRepository({ owner: 'acme', name: 'other', files: { a: 'a' } });
  const app = octokitOfApp(github, 'write');
  const installation_id = github.apps.write.installationId;
  const create = (narrowing: object) => app.apps.createInstallationAccessToken({ installation_id, ...narrowing });

  const { data } = await create({ repositories: ['environment'], permissions: { contents: 'read' } });
  const narrow = octokitWith(github, data.token);

  expect(data.repositories?.map(({ full_name }) => full_name)).toEqual(['acme/environment']);
  expect((await narrow.repos.getBranch({ ...environment, branch: 'staging' })).status).toBe(200);
  await expect(narrow.pulls.list(environment)).rejects.toMatchObject({ status: 403 });
  await expect(narrow.repos.get({ owner: 'acme', repo: 'other' })).rejects.toMatchObject({ status: 404 });
  await expect(create({ permissions: { statuses: 'write' } })).rejects.toMatchObject({ status: 422 });
  await expect(create({ repositories: ['missing'] })).rejects.toMatchObject({ status: 422 });
});

test('a token lives for an hour', async () => {
  let ahead = 0;
  const github = await startTestGitHub({ now: () => new Date(Date.now() + ahead) });
  await createEnvironment(github);
  const octokit = octokitWith(github, await tokenOf(octokitFor(github, 'read')));

  ahead = 3_590_000;
  expect((await octokit.repos.get(environment)).status).toBe(200);
  ahead = 3_601_000;
  await expect(octokit.repos.get(environment)).rejects.toMatchObject({ status: 401, message: /Bad credentials/ });
});

test('fault 18: after tokens have expired a new one works', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const read = octokitFor(github, 'read');
  const old = await tokenOf(read);

  github.expireTokens();

  await expect(octokitWith(github, old).repos.get(environment)).rejects.toMatchObject({ status: 401 });
  const fresh = await tokenOf(read, { refresh: true });
  expect((await octokitWith(github, fresh).repos.get(environment)).status).toBe(200);
});

async function tokenOf({ auth }: Octokit, options: object = {}): Promise<string> {
  const { token } = (await auth({ type: 'installation', ...options })) as { token: string };
  return token;
}

test('nobody gets in without a token', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);

  await expect(octokitWith(github).repos.get(environment)).rejects.toMatchObject({ status: 401 });
});
