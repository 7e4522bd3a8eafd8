import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createAppAuth } from '@octokit/auth-app';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type GitHubAppsOptions, githubApps } from '../../../cli/github-apps/github-apps.ts';
import type { GitHubStandIn } from '../../../local/github/start.ts';
import { createGitHubReader, createGitHubReporter } from '../../../shared/git/github.client.ts';
import { startTestGitHub, temporaryFolder } from '../../local/github/support.ts';

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescaped = (text = '') => text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');

/** Runs the command; `output` is all that it has printed so far. */
async function start(github: GitHubStandIn, options: Partial<GitHubAppsOptions> = {}) {
  const out = join(await temporaryFolder(), 'keys');
  let output = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      output += String(chunk);
      done();
    },
  });
  const exit = githubApps(
    { organization: 'acme', githubUrl: github.url, secretPrefix: 'plumbline/github', out, ...options },
    { stdout: stream, stderr: stream },
  );
  const opened = () => /Open (\S+) /.exec(output)?.[1] ?? '';
  await expect.poll(opened, { timeout: 30_000 }).not.toBe('');
  const url = opened();
  return { exit, out, url, output: () => output };
}

/** What a browser does with the forms of the page: the next button is pressed, and every redirect followed. */
async function press(url: string): Promise<boolean> {
  const html = await (await fetch(`${url}/`)).text();
  const form = /<form method="post" action="([^"]+)"><input type="hidden" name="manifest" value="([^"]+)">/.exec(html);
  if (form === null) return false;
  const body = new URLSearchParams({ manifest: unescaped(form[2]) });
  const confirmed = await fetch(unescaped(form[1]), { method: 'POST', body, redirect: 'manual' });
  expect(confirmed.status).toBe(302);
  const back = await fetch(confirmed.headers.get('location') ?? '', { redirect: 'manual' });
  expect([back.status, back.headers.get('location')]).toEqual([303, `${url}/`]);
  return true;
}

const filesIn = async (folder: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(folder)).sort().map(async (name) => {
        const file = join(folder, name);
        return [name, { mode: ((await stat(file)).mode & 0o777).toString(8), text: await readFile(file, 'utf8') }];
      }),
    ),
  ) as Record<string, { mode: string; text: string }>;

const deployerIn = (output: string) =>
  parse(output.slice(output.indexOf('In deployer.yaml:') + 'In deployer.yaml:'.length)) as {
    github: {
      apps: Record<'read' | 'write' | 'report', { appId: number; privateKeySecret: string }>;
      webhookSecret: string;
    };
  };

describe('plumbline github-apps', () => {
  test('creates three Apps whose keys work, and says what to do with them', { timeout: 120_000 }, async () => {
    const github = await startTestGitHub();
    await github.createRepository({ owner: 'acme', name: 'environment', branches: ['staging'], files: { a: 'a' } });
    const { exit, out, url, output } = await start(github);

    for (let presses = 0; presses < 3; presses += 1) expect(await press(url)).toBe(true);
    expect(await exit).toBe(0);

    const files = await filesIn(out);
    expect(Object.keys(files)).toEqual(['read.pem', 'report.pem', 'webhook-secret', 'write.pem']);
    expect(new Set(Object.values(files).map(({ mode }) => mode))).toEqual(new Set(['600']));
    expect(((await stat(out)).mode & 0o777).toString(8)).toBe('700');
    expect(files['webhook-secret']?.text).toMatch(/^[0-9a-f]{64}$/);

    const { apps, webhookSecret } = deployerIn(output()).github;
    expect(webhookSecret).toBe('plumbline/github/webhook');
    const app = (name: 'read' | 'report') => ({
      apiUrl: github.apiUrl,
      appId: apps[name].appId,
      privateKey: async () => files[`${name}.pem`]?.text ?? '',
    });
    const head = (await createGitHubReader(app('read')).head('acme/environment', 'staging')) ?? '';
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    const status = { context: 'plumbline/staging', state: 'success', description: 'done' } as const;
    await createGitHubReporter(app('report')).setStatus('acme/environment', head, status);
    await expect(createGitHubReporter(app('read')).setStatus('acme/environment', head, status)).rejects.toThrow(
      /must .* have the permission "Commit statuses: write"/,
    );
    expect(output()).toContain(
      `aws secretsmanager create-secret --name plumbline/github/read --secret-string file://${out}/read.pem\n`,
    );
    expect(output()).toContain(
      `aws secretsmanager create-secret --name plumbline/github/webhook --secret-string file://${out}/webhook-secret\n`,
    );
    expect(output()).toContain(`${github.url}/apps/plumbline-read-acme/installations/new\n`);
  });

  test('fault 65: prints no key and no secret', { timeout: 120_000 }, async () => {
    const github = await startTestGitHub();
    const { exit, out, url, output } = await start(github, { one: true, webhookUrl: 'https://example.com/hook' });
    await press(url);
    expect(await exit).toBe(0);
    expect(output()).not.toMatch(/BEGIN|PRIVATE/);
    for (const { text } of Object.values(await filesIn(out)))
      for (const line of text.trim().split('\n')) expect(output()).not.toContain(line);
  });

  test('makes one App for all, with a webhook, where that is asked for', { timeout: 120_000 }, async () => {
    const github = await startTestGitHub();
    const { exit, out, url, output } = await start(github, { one: true, webhookUrl: 'https://example.com/hook' });
    await press(url);
    expect(await exit).toBe(0);
    const files = await filesIn(out);
    expect(Object.keys(files)).toEqual(['app.pem', 'webhook-secret']);
    // GitHub's own secret, not one of ours: it signs with that.
    expect(files['webhook-secret']?.text).toMatch(/^[0-9a-f]{40}$/);
    const { apps } = deployerIn(output()).github;
    expect(new Set(Object.values(apps).map(({ privateKeySecret }) => privateKeySecret))).toEqual(
      new Set(['plumbline/github/app']),
    );
    const auth = createAppAuth({ appId: apps.read.appId, privateKey: files['app.pem']?.text ?? '' });
    const { token } = await auth({ type: 'app' });
    const answer = await fetch(`${github.apiUrl}/app`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await answer.json()) as { permissions: object }).permissions).toEqual({
      metadata: 'read',
      contents: 'write',
      pull_requests: 'write',
      statuses: 'write',
      deployments: 'write',
      checks: 'write',
    });
  });

  test('takes a code only from its own page, and serves nobody else', { timeout: 120_000 }, async () => {
    const github = await startTestGitHub();
    const { exit, url } = await start(github, { one: true });
    const status = async (path: string, init: RequestInit = {}) => (await fetch(`${url}${path}`, init)).status;
    expect(await status('/created/app?code=stolen')).toBe(403);
    expect(await status('/created/app?code=stolen&state=guess')).toBe(403);
    expect(await status('/created/other?code=stolen')).toBe(404);
    expect(await status('/', { method: 'POST' })).toBe(404);
    expect(await (await fetch(`${url}/`)).text()).not.toContain('BEGIN');
    expect((await fetch(`${url}/`)).headers.get('content-security-policy')).toContain(`form-action ${github.url};`);
    expect(github.calls.filter(({ path }) => path.startsWith('/app-manifests/'))).toEqual([]);
    await press(url);
    expect(await exit).toBe(0);
  });

  test('says what to do where GitHub refuses a code', { timeout: 120_000 }, async () => {
    const github = await startTestGitHub();
    const { exit, url, output } = await start(github, { one: true });
    github.inject({ path: /app-manifests/, answer: { status: 404, body: { message: 'Not Found' } } });
    await press(url).catch(() => undefined);
    expect(await exit).toBe(1);
    expect(output()).toMatch(
      /error: GitHub answered 404 to the code of a new App: a code is good for an hour, and once/,
    );
  });

  test.each<[string, Partial<GitHubAppsOptions>, RegExp]>([
    ['an organisation that is none', { organization: 'a/b' }, /--organization must be a name/],
    ['a GitHub without https', { githubUrl: 'http://example.com' }, /--github-url must be an https address/],
    ['a webhook without https', { webhookUrl: 'ftp://example.com' }, /--webhook-url must be an https address/],
    ['a prefix that no secret can have', { secretPrefix: 'a b' }, /--secret-prefix may have letters/],
    [
      'a folder that is there already',
      { out: '/tmp' },
      /\/tmp: exists already; name another folder for the keys with --out/,
    ],
  ])('refuses %s', async (_name, options, words) => {
    let output = '';
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        output += String(chunk);
        done();
      },
    });
    const fine = { organization: 'acme', githubUrl: 'https://github.com', secretPrefix: 'a', out: '/tmp/never' };
    expect(await githubApps({ ...fine, ...options }, { stdout: stream, stderr: stream })).toBe(1);
    expect(output).toMatch(words);
  });
});

describe('the stand-in', () => {
  test('makes an App of a manifest once, and refuses what GitHub would', { timeout: 60_000 }, async () => {
    const github = await startTestGitHub();
    const confirm = (manifest: object) =>
      fetch(`${github.url}/organizations/acme/settings/apps/new?state=s`, {
        method: 'POST',
        body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
        redirect: 'manual',
      });
    const fine = { name: 'x', url: 'https://example.com', redirect_url: 'http://127.0.0.1:9/' };
    const back = new URL((await confirm(fine)).headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('s');
    const exchange = () =>
      fetch(`${github.apiUrl}/app-manifests/${back.searchParams.get('code')}/conversions`, { method: 'POST' });
    expect([(await exchange()).status, (await exchange()).status]).toEqual([201, 404]);
    expect((await confirm({ ...fine, name: 'x'.repeat(35) })).status).toBe(422);
    expect((await confirm({ ...fine, permissions: {} })).status).toBe(422);
    onTestFinished(() => expect(github.violations).toEqual([]));
  });
});
