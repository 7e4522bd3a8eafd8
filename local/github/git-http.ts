import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { covers, type InstallationToken, isInstalledOn } from './apps.ts';
import { readCommit } from './git/history.ts';
import { compareRefs, noObject, readRefs } from './git/refs.ts';
import { gitEnvironment } from './git/run.ts';
import { announce } from './ref-changes.ts';
import { type Account, botAccount, personAccount, type Repository, type World } from './world.ts';

export type GitRequest = { repository: Repository; path: string; query: string };

/** The Git request behind a URL (`/OWNER/REPO.git/…`), or undefined. */
export function matchGit(world: World, url: URL): GitRequest | undefined {
  const [, name = '', path = ''] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-(?:upload|receive)-pack))$/.exec(url.pathname) ?? [];
  const key = name.toLowerCase();
  const repository = world.repositories.get(key) ?? world.renamed.get(key);
  return repository && { repository, path, query: url.search.slice(1) };
}

/**
 * Git's smart HTTP by `git http-backend`. Nobody needs a password here; an App's token (`x-access-token:…`) is held to
 * its rights, though. A push is found by comparing the refs before and after, so that no hook has to be installed.
 */
export function createGitServer(world: World, tokens: Map<string, InstallationToken>) {
  return async (git: GitRequest, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pusher = identify(request.headers.authorization, tokens);
    const isPush = /receive-pack/.test(git.path + git.query);
    if (pusher === 'refused' || !mayUse(git.repository, pusher?.token, isPush)) return refuse(response);
    if (git.path !== '/git-receive-pack') return runBackend(git, request, response);
    return receive(world, git, { request, response, pusher: pusher?.account });
  };
}

type Pusher = { account: Account; token: InstallationToken | undefined };

function identify(
  authorization: string | undefined,
  tokens: Map<string, InstallationToken>,
): Pusher | 'refused' | undefined {
  const encoded = /^basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  if (user !== 'x-access-token') {
    return { account: personAccount({ name: user, email: `${user}@example.com` }), token: undefined };
  }
  const token = tokens.get(password);
  return token === undefined ? 'refused' : { account: botAccount(token.app), token };
}

function mayUse({ fullName }: Repository, token: InstallationToken | undefined, isPush: boolean): boolean {
  if (token === undefined) return true;
  return isInstalledOn(token, fullName) && covers(token.permissions, 'contents', isPush ? 'write' : 'read');
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'text/plain' }).end('Write access to repository not granted.\n');
}

type Push = { request: IncomingMessage; response: ServerResponse; pusher: Account | undefined };

function receive(world: World, git: GitRequest, { request, response, pusher }: Push): Promise<void> {
  const { repository } = git;
  return repository.exclusive(async () => {
    const before = await readRefs(repository.directory);
    await runBackend(git, request, response);
    const changes = compareRefs(before, await readRefs(repository.directory));
    if (changes.length === 0) return;
    const newest = changes.map(({ after }) => after).find((after) => after !== noObject);
    await announce(world, repository, changes, pusher ?? (await committerOf(repository, newest)));
  });
}

/** Who pushes without a name is taken for the one who made the newest commit. */
async function committerOf({ directory }: Repository, sha: string | undefined): Promise<Account> {
  if (sha === undefined) return personAccount({ name: 'someone', email: 'someone@example.com' });
  return personAccount((await readCommit(directory, `${sha}^{commit}`)).committer);
}

/** Runs `git http-backend` as the CGI program that it is. @see https://git-scm.com/docs/git-http-backend */
function runBackend({ repository, path, query }: GitRequest, request: IncomingMessage, response: ServerResponse) {
  const { directory } = repository;
  const { headers } = request;
  const variables = {
    GIT_PROJECT_ROOT: dirname(directory),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: directory.slice(dirname(directory).length) + path,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: headers['content-type'] ?? '',
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
    ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
    ...(headers['git-protocol'] && { GIT_PROTOCOL: String(headers['git-protocol']) }),
  };
  const child = spawn('git', ['http-backend'], { env: gitEnvironment(variables), stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  return new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
    relay(child.stdout, response);
  });
}

/** A CGI answer: headers, an empty line, then the body as it comes. */
function relay(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  output.on('data', (chunk: Buffer) => {
    if (response.headersSent) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = head.subarray(0, end).toString().split('\r\n');
    const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
    const status = headers.find(([name]) => name === 'Status')?.[1];
    const others = headers.filter(([name]) => name !== 'Status') as [string, string][];
    response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(others));
    response.write(head.subarray(end + 4));
  });
  output.on('end', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}
