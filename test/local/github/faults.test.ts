import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { startGitHub } from '../../../local/github/start.ts';
import { createEnvironment, environment, octokitFor, startTestGitHub } from './support.ts';

const status = { ...environment, state: 'success' } as const;

test('fault 18: the next calls that match get the fault, then GitHub is well again', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  const report = octokitFor(github, 'report');
  const fault = github.inject({ method: 'POST', path: /\/statuses\//, times: 2, answer: 'bad-gateway' });
  const set = () => report.repos.createCommitStatus({ ...status, sha });

  await expect(set()).rejects.toMatchObject({ status: 502 });
  expect((await report.repos.listCommitStatusesForRef({ ...environment, ref: sha })).data).toEqual([]);
  await expect(set()).rejects.toMatchObject({ status: 502 });
  expect(fault.remaining()).toBe(0);
  expect((await set()).status).toBe(201);
});

test('fault 18: a lost answer is not a lost write', async () => {
  const github = await startTestGitHub();
  const sha = await createEnvironment(github);
  github.inject({ method: 'POST', path: '/repos/acme/environment/statuses', answer: 'reset', afterwards: true });

  await expect(octokitFor(github, 'report').repos.createCommitStatus({ ...status, sha })).rejects.toThrow();

  expect(github.statuses('acme/environment', sha)).toHaveLength(1);
});

test('fault 18: injected limits carry Retry-After; other Apps are not met', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  github.inject({ app: 'read', path: '/repos/', answer: 'secondary-rate-limit', retryAfter: 7 });

  expect((await octokitFor(github, 'write').repos.get(environment)).status).toBe(200);
  await expect(octokitFor(github, 'read').repos.get(environment)).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('secondary rate limit'),
    response: { headers: { 'retry-after': '7' } },
  });
});

test('a stale reader sees the head before the last move, once', async () => {
  const github = await startTestGitHub();
  const before = await createEnvironment(github);
  const after = await github.commit({
    repository: 'acme/environment',
    branch: 'staging',
    files: { a: 'a' },
    message: 'a',
  });
  github.inject({ path: '/repos/acme/environment/git/ref', answer: 'stale-head' });
  const read = octokitFor(github, 'read');
  const head = async () => (await read.git.getRef({ ...environment, ref: 'heads/staging' })).data.object.sha;

  expect([await head(), await head()]).toEqual([before, after]);
});

test('fault 12: somebody can be let in just before a call is served', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const push = () =>
    github.commit({ repository: 'acme/environment', branch: 'staging', files: { a: 'a' }, message: 'a' });
  github.inject({ path: /git\/ref/, before: push });

  const { data } = await octokitFor(github, 'read').git.getRef({ ...environment, ref: 'heads/staging' });

  expect(data.object.sha).toBe(await github.head('acme/environment', 'staging'));
});

test('fault 9: more than 80 writes a minute meet the secondary limit, reading goes on', async () => {
  let ahead = 0;
  const github = await startTestGitHub({ now: () => new Date(Date.now() + ahead) });
  const sha = await createEnvironment(github);
  const report = octokitFor(github, 'report');
  const set = () => report.repos.createCommitStatus({ ...status, sha });
  for (let count = 0; count < 80; count += 1) await set();

  await expect(set()).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '60' } } });
  expect((await report.repos.listCommitStatusesForRef({ ...environment, ref: sha })).status).toBe(200);
  ahead = 61_000;
  expect((await set()).status).toBe(201);
});

test('the primary limit is counted in the headers and then refuses', async () => {
  const github = await startTestGitHub({ limits: { requests: 2 } });
  await createEnvironment(github);
  const read = octokitFor(github, 'read');

  const { headers } = await read.repos.get(environment);
  await read.repos.get(environment);

  expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-used': '1', 'x-ratelimit-remaining': '1' });
  await expect(read.repos.get(environment)).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  });
});

test('a route that is not served is a 404 and is recorded', async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);

  const call = octokitFor(github, 'read').issues.listLabelsForRepo(environment);

  await expect(call).rejects.toMatchObject({ status: 404 });
  expect(github.unknownCalls).toEqual(['GET /repos/acme/environment/labels']);
  expect(github.calls.at(-1)).toMatchObject({ operation: undefined, status: 404 });
});

test("a request against GitHub's description is a 422 that says where", async () => {
  const github = await startTestGitHub();
  await createEnvironment(github);
  const wanted = { ...environment, head: 'staging', base: 7 } as never;

  const call = octokitFor(github, 'write').request('POST /repos/{owner}/{repo}/pulls', wanted);

  await expect(call).rejects.toMatchObject({ status: 422, message: expect.stringContaining('/base must be string') });
});

test('closing ends what is under way and leaves no folder', async () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('plumbline-github-'));
  const others = folders();
  const github = await startGitHub();
  const [folder] = folders().filter((name) => !others.includes(name));
  await createEnvironment(github);
  const call = octokitFor(github, 'read').repos.getBranch({ ...environment, branch: 'staging' });
  call.catch(() => {});

  await github.close();

  expect(existsSync(`${tmpdir()}/${folder}`)).toBe(false);
  await expect(fetch(github.url)).rejects.toThrow();
});
