import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { onTestFinished } from 'vitest';
import type { AppName } from '../../../local/github/apps.ts';
import { gitEnvironment } from '../../../local/github/git/run.ts';
import { listen } from '../../../local/github/server.ts';
import { type GitHubOptions, type GitHubStandIn, startGitHub } from '../../../local/github/start.ts';

/** A stand-in of the test's own; it goes with the test, which fails if an answer was against GitHub's description. */
export async function startTestGitHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const github = await startGitHub(options);
  onTestFinished(async () => {
    await github.close();
    if (github.violations.length > 0) throw new Error(github.violations.join('\n'));
  });
  return github;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Octokit as the functions use it: an App's key, tokens of its installation. */
export function octokitFor({ apiUrl, apps }: GitHubStandIn, name: AppName): Octokit {
  return new Octokit({ baseUrl: apiUrl, authStrategy: createAppAuth, auth: apps[name], log: silent });
}

/** Octokit as the App itself, with its JSON web token. */
export function octokitOfApp({ apiUrl, apps }: GitHubStandIn, name: AppName): Octokit {
  const { appId, privateKey } = apps[name];
  return new Octokit({ baseUrl: apiUrl, authStrategy: createAppAuth, auth: { appId, privateKey }, log: silent });
}

/** Octokit with a token of whatever kind, or with none. */
export function octokitWith({ apiUrl }: GitHubStandIn, token?: string): Octokit {
  return new Octokit({ baseUrl: apiUrl, log: silent, ...(token !== undefined && { auth: token }) });
}

export type Received = { headers: IncomingHttpHeaders; body: string };

/** A webhook endpoint that keeps what it receives; without a status it never answers. */
export async function startReceiver(
  status: () => number | undefined = () => 202,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = status();
    if (answer !== undefined) response.writeHead(answer).end();
  });
  const port = await listen(server, 0);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/`, received };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const person = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' };
const committer = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com' };

/** Runs git as a person would, in a folder; gives back what it printed. */
export async function runGitIn(folder: string, ...args: string[]): Promise<string> {
  const env = gitEnvironment({ ...person, ...committer });
  const { stdout } = await promisify(execFile)('git', args, { cwd: folder, env });
  return stdout.trim();
}

export const manifest = 'kind: Deployment\nimage: example:1.0.0\n';

/** An environment repository with two branches. */
export async function createEnvironment(github: GitHubStandIn): Promise<string> {
  const sha = await github.createRepository({
    owner: 'acme',
    name: 'environment',
    branches: ['staging', 'production'],
    files: { 'README.md': '# Environment\n', 'apps/web/deployment.yaml': manifest },
  });
  return sha ?? '';
}

/** What Octokit takes to name that repository. */
export const environment = { owner: 'acme', repo: 'environment' };
