import { createPrivateKey } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { RefusedError } from '../errors.ts';
import { type Attempt, explainGitHubError, statusOf } from './github-errors.ts';

/** A GitHub App, as `deployer.yaml` names it. */
export type GitHubApp = {
  /** REST base URL, e.g. `https://api.github.com`. */
  apiUrl: string;
  appId: number;
  /** Its private key (PEM). Asked for when a client is made, so that a rotated key is found. */
  privateKey(): Promise<string>;
  /** Told of every answer. @default nobody is */
  observe?(answer: GitHubAnswer): void;
};

/** Of one answer: what it took of GitHub's limits. `limit` and `used` are the hour's requests, where the answer says so. */
export type GitHubAnswer = { isWrite: boolean; limit: number | undefined; used: number | undefined };

type Permissions = Record<string, 'read' | 'write'>;
type Work<Result> = (client: Octokit) => Promise<Result>;

/** What one call to GitHub needs, in the words of its API, e.g. `{ contents: 'read' }`. */
export type Task = {
  /** `owner/name` */
  repository: string;
  /** What is done, for errors, e.g. `commit to the branch staging of`. */
  doing: string;
  needs: Permissions;
};

/** Runs work on a repository with a token that is good for this repository and for what this task needs, and nothing else. */
export type Access = <Result>(task: Task, work: Work<Result>) => Promise<Result>;

const Client = Octokit.plugin(retry, throttling);
const milliseconds = { request: 20_000, archive: 120_000 };
/** Waits longer than this are left to the queue. */
const longestWaitSeconds = 5;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function createAccess(app: GitHubApp): Access {
  const connections = createConnections(app);
  return async ({ repository, doing, needs }, work) => {
    const permission = Object.entries(needs).map(describePermission).join(', ');
    const attempt: Attempt = { appId: app.appId, repository, doing, permission };
    try {
      return await withFreshToken(connections, { repository, permissions: needs }, work);
    } catch (error) {
      throw explainGitHubError(error, attempt);
    }
  };
}

/** As GitHub's settings call them. */
const permissionNames: Record<string, string> = {
  checks: 'Checks',
  contents: 'Contents',
  deployments: 'Deployments',
  pull_requests: 'Pull requests',
  statuses: 'Commit statuses',
};

const describePermission = ([name, level]: [string, string]) => `${permissionNames[name] ?? name}: ${level}`;

/** A token may end before its hour is over (revoked, or the App's key was rotated): 401 is worth one new one. */
async function withFreshToken<Result>(connections: Connections, scope: Scope, work: Work<Result>) {
  try {
    return await work(await connections.connect(scope));
  } catch (error) {
    if (statusOf(error) !== 401) throw error;
    connections.forget(scope);
    return await work(await connections.connect(scope));
  }
}

/** What a token is good for. */
type Scope = { repository: string; permissions: Permissions };
type Connections = { connect(scope: Scope): Promise<Octokit>; forget(scope: Scope): void };

const keyOf = ({ repository, permissions }: Scope) => JSON.stringify([repository, permissions]);

function createConnections(app: GitHubApp): Connections {
  const installations = new Map<string, number>();
  const clients = new Map<string, { token: string; client: Octokit }>();
  let asApp: Promise<Octokit> | undefined;
  const connect = async (scope: Scope) => {
    const { repository } = scope;
    asApp ??= createAppClient(app);
    const appClient = await asApp.catch(forgetting(() => (asApp = undefined)));
    const installationId = installations.get(repository) ?? (await findInstallation(appClient, repository));
    installations.set(repository, installationId);
    const token = await mint(appClient, installationId, scope);
    const known = clients.get(keyOf(scope));
    if (known?.token === token) return known.client;
    const client = createClient(app, { auth: token });
    clients.set(keyOf(scope), { token, client });
    return client;
  };
  const forget = (scope: Scope) => {
    asApp = undefined;
    installations.delete(scope.repository);
    clients.delete(keyOf(scope));
  };
  return { connect, forget };
}

/** Lets a failure through, and makes sure that it isn't remembered. */
function forgetting(forget: () => void) {
  return (error: unknown): never => {
    forget();
    throw error;
  };
}

/** auth-app keeps tokens until shortly before they expire. */
async function createAppClient(app: GitHubApp): Promise<Octokit> {
  const privateKey = await app.privateKey();
  if (!isPrivateKey(privateKey))
    throw new RefusedError(
      `what the secret of the GitHub App ${app.appId} holds is not a private key: put the PEM file into it that GitHub gave out`,
    );
  return createClient(app, { authStrategy: createAppAuth, auth: { appId: app.appId, privateKey } });
}

/** The reason is not kept: it may quote the key. */
function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text.replaceAll('\\n', '\n')).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

async function findInstallation(appClient: Octokit, repository: string): Promise<number> {
  const { data } = await appClient.request('GET /repos/{owner}/{repo}/installation', splitName(repository));
  return data.id;
}

async function mint(appClient: Octokit, installationId: number, { repository, permissions }: Scope): Promise<string> {
  const repositoryNames = [splitName(repository).repo];
  const { token } = (await appClient.auth({ type: 'installation', installationId, repositoryNames, permissions })) as {
    token: string;
  };
  return token;
}

/** `owner/name` as the API's routes take it. */
export function splitName(repository: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

function createClient(
  { apiUrl, appId, observe }: GitHubApp,
  authentication: { authStrategy?: unknown; auth: unknown },
): Octokit {
  return new Client({
    baseUrl: apiUrl,
    userAgent: 'plumbline',
    log: silent,
    request: { fetch: createFetch(observe) },
    retry: { retries: 2, doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451] },
    throttle: {
      id: `${apiUrl} ${appId}`,
      onRateLimit: () => false,
      onSecondaryRateLimit: (seconds, _options, _octokit, count) => seconds <= longestWaitSeconds && count === 0,
    },
    ...authentication,
  });
}

/** No call may hang for as long as the function lives. */
function createFetch(observe: GitHubApp['observe']) {
  return async (url: string, options: RequestInit): Promise<Response> => {
    const time = url.includes('/tarball/') ? milliseconds.archive : milliseconds.request;
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(time) });
    observe?.({
      isWrite: isWrite(url, options),
      limit: numberIn(response, 'x-ratelimit-limit'),
      used: numberIn(response, 'x-ratelimit-used'),
    });
    return response;
  };
}

/** Minting a token creates nothing; GraphQL reads by POST, too. */
function isWrite(url: string, { method = 'GET', body }: RequestInit): boolean {
  if (method === 'GET' || url.endsWith('/access_tokens')) return false;
  return !url.endsWith('/graphql') || String(body).includes('mutation');
}

function numberIn({ headers }: Response, name: string): number | undefined {
  const text = headers.get(name);
  return text === null ? undefined : Number(text);
}
