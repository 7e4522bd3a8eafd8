import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { GitHubOptions, GitHubStandIn } from '../../../local/github/start.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { createGitHubReader, createGitHubWriter } from '../../../shared/git/github.client.ts';
import { startTestGitHub } from '../../local/github/support.ts';

const repository = 'example-org/example-environment';
const name = { owner: 'example-org', name: 'example-environment' };

async function start(options: GitHubOptions = {}) {
  const github = await startTestGitHub(options);
  const first = (await github.createRepository({ ...name, branches: ['staging'], files: { 'a.yaml': 'a\n' } })) ?? '';
  const app = (app: 'read' | 'write' | 'report') => ({
    apiUrl: github.apiUrl,
    appId: github.apps[app].appId,
    privateKey: async () => github.apps[app].privateKey,
  });
  const writer = createGitHubWriter(app('write'));
  const files = [{ path: 'a.yaml', content: new TextEncoder().encode('b\n') }];
  return {
    github,
    first,
    app,
    reader: createGitHubReader(app('read')),
    commit: () => writer.commit({ repository, branch: 'staging', expectedHead: first, message: 'Change', files }),
    writer,
  };
}

const failure = (work: Promise<unknown>): Promise<Error & { afterSeconds?: number }> =>
  work.then(
    (result) => {
      throw new Error(`did not fail: ${String(result)}`);
    },
    (error) => error,
  );

const callsOf = ({ calls }: GitHubStandIn, operation: string) => calls.filter((call) => call.operation === operation);
const mint = 'POST /app/installations/{installation_id}/access_tokens';
const readRef = 'GET /repos/{owner}/{repo}/git/ref/{ref}';

describe('access to GitHub', () => {
  test('fault 18: a token that ended early is replaced once', async () => {
    const { github, first, reader } = await start();
    await reader.head(repository, 'staging');
    github.inject({ path: /git\/ref/, answer: 'bad-credentials' });
    expect(await reader.head(repository, 'staging')).toBe(first);
    expect(callsOf(github, mint)).toHaveLength(2);
  });

  test('fault 18: credentials that are never accepted end in an error that says where the key belongs', async () => {
    const { github, reader } = await start();
    github.inject({ path: /git\/ref/, answer: 'bad-credentials', times: 100 });
    const error = await failure(reader.head(repository, 'staging'));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(/Put a current private key of the App 101 into its secret/);
    expect(callsOf(github, readRef)).toHaveLength(2);
  });

  test.each(['server-error', 'bad-gateway', 'service-unavailable', 'reset'] as const)(
    'fault 18: tries again after "%s"',
    async (answer) => {
      const { github, first, reader } = await start();
      github.inject({ path: /git\/ref/, answer });
      expect(await reader.head(repository, 'staging')).toBe(first);
    },
  );

  test('fault 18: leaves it to the queue when GitHub stays away', async () => {
    const { github, reader } = await start();
    github.inject({ path: /git\/ref/, answer: 'bad-gateway', times: 100 });
    const error = await failure(reader.head(repository, 'staging'));
    expect(error).toBeInstanceOf(TryAgainError);
    expect(callsOf(github, readRef)).toHaveLength(3);
  });

  test('fault 18: waits out a short secondary rate limit', async () => {
    const { github, first, reader } = await start();
    github.inject({ path: /git\/ref/, answer: 'secondary-rate-limit', retryAfter: 1 });
    const began = performance.now();
    expect(await reader.head(repository, 'staging')).toBe(first);
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  test('fault 18: hands on how long GitHub asked us to wait', async () => {
    const { github, reader, commit } = await start();
    github.inject({ path: /git\/ref/, answer: 'secondary-rate-limit', retryAfter: 77 });
    expect(await failure(reader.head(repository, 'staging'))).toMatchObject({ retryable: true, afterSeconds: 77 });
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 600),
    };
    github.inject({ path: '/graphql', answer: { status: 403, body: { message: 'API rate limit exceeded' }, headers } });
    const error = await failure(commit());
    expect(error).toBeInstanceOf(TryAgainError);
    expect(error.afterSeconds).toBeGreaterThan(590);
    expect(callsOf(github, readRef)).toHaveLength(1);
  });

  test('fault 18: a commit whose answer was lost is not made twice', async () => {
    const { github, commit } = await start();
    github.inject({ path: '/graphql', answer: 'bad-gateway', afterwards: true });
    expect(await commit()).toBe('stale');
    const head = (await github.head(repository, 'staging')) ?? '';
    expect(String(await github.readFile(repository, head, 'a.yaml'))).toBe('b\n');
  });

  test('fault 14: names App and permission where the installation lacks it', async () => {
    const { github, commit } = await start({ apps: { write: { permissions: { contents: 'read' } } } });
    const error = await failure(commit());
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(
      /^may not commit to the branch staging of example-org\/example-environment: GitHub answered 422 The permissions requested are not granted/,
    );
    expect(error.message).toMatch(
      /The App 102 must be installed on example-org\/example-environment and have the permission "Contents: write"/,
    );
    expect(callsOf(github, mint)).toHaveLength(1);
  });

  test('fault 14: asks for pull requests only where they are read or made, and names it', async () => {
    const { github, commit, writer } = await start({ apps: { write: { permissions: { contents: 'write' } } } });
    expect(await commit()).toMatch(/^[0-9a-f]{40}$/);
    const error = await failure(writer.pullRequests(repository, 'plumbline/staging'));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(/the App 102 must be .* have the permission "Pull requests: read"/i);
    expect(callsOf(github, mint)).toHaveLength(2);
  });

  test('fault 14: names the repository that the App is not installed on', async () => {
    const { github, reader } = await start({ apps: { read: { repositories: ['example-org/other'] } } });
    const error = await failure(reader.head(repository, 'staging'));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(
      /GitHub answered 404.*The App 101 must be installed on example-org\/example-environment/,
    );
    expect(github.calls).toHaveLength(1);
  });

  test.each(['forbidden', { status: 403, body: { message: 'This installation has been suspended' } }] as const)(
    'fault 14: does not retry what is forbidden (%#)',
    async (answer) => {
      const { github, commit } = await start();
      github.inject({ path: '/graphql', answer, times: 100 });
      expect(await failure(commit())).toBeInstanceOf(RefusedError);
      expect(github.calls.filter(({ path }) => path === '/graphql')).toHaveLength(1);
    },
  );

  test('fault 14: names the setting that protects the branch, once', async () => {
    const { github, commit } = await start();
    github.protectBranch(repository, 'staging');
    const error = await failure(commit());
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(/add the App 102 to the bypass list of the rule \(the repository's Settings → Rules/);
    expect(github.calls.filter(({ path }) => path === '/graphql')).toHaveLength(1);
  });

  test('fault 15: a branch that was deleted meanwhile is an error, not a commit', async () => {
    const { github, commit } = await start();
    await github.moveBranch(repository, 'staging', null);
    expect(await failure(commit())).toBeInstanceOf(RefusedError);
    expect(await github.head(repository, 'staging')).toBeUndefined();
  });

  test.each(['', 'not a key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n'])(
    'fault 59: a malformed private key is told without its content (%#)',
    async (privateKey) => {
      const reader = createGitHubReader({ apiUrl: 'http://127.0.0.1:9', appId: 7, privateKey: async () => privateKey });
      const error = await failure(reader.head(repository, 'staging'));
      expect(error).toBeInstanceOf(RefusedError);
      expect(error.message).toMatch(/^what the secret of the GitHub App 7 holds is not a private key/);
      expect(inspect(error, { depth: Infinity })).not.toContain('MIIE');
    },
  );

  test('fault 59: a key that was rotated is found', async () => {
    const { github, first, app } = await start();
    const keys = [github.apps.report.privateKey, github.apps.read.privateKey];
    const reader = createGitHubReader({ ...app('read'), privateKey: async () => keys.shift() ?? '' });
    expect(await reader.head(repository, 'staging')).toBe(first);
    expect(keys).toEqual([]);
  });

  test.each([
    ['bad-credentials', /git\/ref/],
    ['forbidden', /git\/ref/],
    ['bad-gateway', /git\/ref/],
    ['bad-credentials', /installation/],
    ['forbidden', /access_tokens/],
    ['forbidden', '/graphql'],
  ] as const)('fault 65: an error after "%s" holds no token and no key', async (answer, path) => {
    const { github, reader, commit } = await start();
    github.inject({ path, answer, times: 100 });
    const error = await failure(path === '/graphql' ? commit() : reader.head(repository, 'staging'));
    const everything = inspect(error, { depth: Infinity, showHidden: true });
    expect(everything).not.toMatch(/ghs_|eyJ|PRIVATE KEY-----|bearer|authorization/i);
  });
});
