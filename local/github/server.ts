import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api, ApiRequest } from './api.ts';
import { type AppManifests, conversion } from './app-manifests.ts';
import type { App } from './apps.ts';
import { GitHubError } from './errors.ts';
import { type Fault, type Faults, faultError } from './faults.ts';
import { type GitRequest, matchGit } from './git-http.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Answer } from './router.ts';
import type { Archives } from './routes/archives.ts';
import type { World } from './world.ts';

/** One call of the API or of an archive's address. */
export type CallRecord = {
  at: Date;
  method: string;
  path: string;
  /** As GitHub's description names it (`POST /repos/{owner}/{repo}/statuses/{sha}`); undefined for an unknown one. */
  operation: string | undefined;
  status: number;
  app: string | undefined;
  seconds: number;
  /** The request's body as JSON, if it had one. */
  body: unknown;
};

export type Parts = {
  world: World;
  api: Api;
  archives: Archives;
  manifests: AppManifests;
  faults: Faults;
  limits: RateLimits;
  git: (git: GitRequest, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  calls: CallRecord[];
};

/** Listens on loopback. @param port 0 for any free one */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export type GitHubServer = { server: Server /** Waits for whatever is being served. */; idle: () => Promise<void> };

/** Git goes to git, archives to theirs, everything else to the API. */
export function createGitHubServer(parts: Parts): GitHubServer {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', parts.world.url);
    const git = matchGit(parts.world, url);
    const work = git === undefined ? answerCall(parts, url, request, response) : parts.git(git, request, response);
    const handled = work.catch((error: Error) => {
      parts.world.violations.push(`${request.method} ${url.pathname} failed: ${error.message}`);
      response.destroy(error);
    });
    underWay.add(handled);
    void handled.finally(() => underWay.delete(handled));
  });
  const idle = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return { server, idle };
}

async function answerCall(parts: Parts, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = new Date();
  const started = performance.now();
  const call = await readCall(url, request);
  const { answer, app, operation } = await serveCall(parts, call);
  const { method, path, body } = call;
  const seconds = (performance.now() - started) / 1000;
  const status = answer?.status ?? 0;
  parts.calls.push({ at, method, path, operation, status, app: app?.name, seconds, body: logged(body) });
  if (answer === undefined) response.destroy();
  else send(response, withHeaders(parts, answer, { call, app, etag: request.headers['if-none-match'] }));
}

async function readCall(url: URL, request: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? 'GET',
    path: url.pathname === '/api/graphql' ? '/graphql' : url.pathname.replace(/^\/api\/v3(?=\/)/, ''),
    query: url.searchParams,
    accept: request.headers.accept ?? '',
    authorization: request.headers.authorization ?? '',
    body: Buffer.concat(chunks),
  };
}

function logged(body: Buffer): unknown {
  try {
    return body.length === 0 ? undefined : (JSON.parse(body.toString()) as unknown);
  } catch {
    return body.toString();
  }
}

type Served = { answer: Answer | undefined; app?: App; operation?: string };

/** No answer at all means: cut the connection. */
async function serveCall(parts: Parts, call: ApiRequest): Promise<Served> {
  const { api, archives, faults, manifests } = parts;
  const { method, path, query } = call;
  if (path.startsWith('/codeload/')) {
    const fault = faults.take({ method, path, app: undefined });
    const download = () => archives.download(path, query.get('token') ?? '');
    return { answer: await guarded(() => withFault(fault, download)) };
  }
  if (manifests.isPage(path)) return { answer: await guarded(async () => manifests.confirm(String(call.body), query)) };
  if (manifests.isConversion(path)) {
    const fault = faults.take({ method, path, app: undefined });
    return { operation: conversion, answer: await guarded(() => withFault(fault, () => manifests.convert(path))) };
  }
  const served: Served = { answer: undefined };
  served.answer = await guarded(() => {
    const match = api.match(call);
    served.operation = match.route.operation;
    const caller = api.authenticate(call);
    served.app = caller.app;
    const fault = faults.take({ method, path, app: caller.app.name });
    return withFault(fault, () => api.serve(call, match, caller, fault?.answer === 'stale-head'));
  });
  return served;
}

async function withFault(fault: Fault | undefined, serve: () => Promise<Answer>): Promise<Answer | undefined> {
  await fault?.before?.();
  const lost = fault?.afterwards === true;
  if (lost) await serve();
  const error = fault === undefined ? undefined : faultError(fault);
  if (error !== undefined) throw error;
  return lost || fault?.answer === 'reset' ? undefined : serve();
}

async function guarded(work: () => Promise<Answer | undefined> | undefined): Promise<Answer | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitHubError) return error;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: 500, body: { message: `the stand-in failed: ${message}` } };
  }
}

type Context = { call: ApiRequest; app: App | undefined; etag: string | undefined };

/** GitHub's headers; 304 to whoever has the answer already. */
function withHeaders({ limits }: Parts, answer: Answer, { call, app, etag }: Context): Required<Answer> {
  const { limit, used, remaining, reset } = limits.usage(app);
  const content = encode(answer.body);
  const tag = `W/"${createHash('sha256').update(content).digest('hex')}"`;
  const unchanged = call.method === 'GET' && answer.status === 200 && etag === tag;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomUUID().toUpperCase(),
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': call.path === '/graphql' ? 'graphql' : 'core',
    ...(call.method === 'GET' && answer.status === 200 && { etag: tag }),
    ...answer.headers,
  };
  return { status: unchanged ? 304 : answer.status, body: unchanged ? Buffer.alloc(0) : content, headers };
}

function encode(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  return body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
}

function send(response: ServerResponse, { status, headers, body }: Required<Answer>): void {
  response.writeHead(status, headers).end(body as Buffer);
}
