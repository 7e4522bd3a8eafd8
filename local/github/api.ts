import { covers, type InstallationToken, isInstalledOn, verifyAppToken } from './apps.ts';
import { GitHubError, notFound } from './errors.ts';
import type { GitHubDescription } from './openapi.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Access, Answer, Call, Match, RepositoryCall } from './router.ts';
import { botAccount, findRepository, type World } from './world.ts';

export type ApiRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string;
  authorization: string;
  body: Buffer;
};

export type ApiOptions = {
  world: World;
  tokens: Map<string, InstallationToken>;
  find: (method: string, path: string) => Match | undefined;
  limits: RateLimits;
  description: GitHubDescription;
  /** Judge every answer by GitHub's description. */
  strict: boolean;
};

type Caller = Pick<Call, 'app' | 'token' | 'account'>;
export type Api = {
  /** The route of a request; an unknown one is recorded. @throws GitHubError 404 */
  match: (request: Pick<ApiRequest, 'method' | 'path'>) => Match;
  /** Who calls. @throws GitHubError 401 */
  authenticate: (request: Pick<ApiRequest, 'authorization'>) => Caller;
  serve: (request: ApiRequest, match: Match, caller: Caller, stale: boolean) => Promise<Answer>;
};

/** What one request goes through: a known route, a known caller within its limits and rights, a well-formed body, an answer by the book. */
export function createApi(options: ApiOptions): Api {
  const { world, tokens, find, limits, description, strict } = options;

  function match({ method, path }: Pick<ApiRequest, 'method' | 'path'>): Match {
    redirectRenamed(world, path);
    const found = find(method, pathByName(world, path));
    if (found !== undefined) return found;
    world.unknownCalls.push(`${method} ${path}`);
    throw notFound();
  }

  function authenticate({ authorization }: Pick<ApiRequest, 'authorization'>): Caller {
    const value = /^(?:bearer|token) (\S+)$/i.exec(authorization)?.[1];
    if (value === undefined) throw new GitHubError(401, 'Requires authentication');
    const token = tokens.get(value);
    if (token !== undefined && token.expiresAt > world.now())
      return { app: token.app, token, account: botAccount(token.app) };
    if (value.split('.').length !== 3) throw new GitHubError(401, 'Bad credentials');
    const app = verifyAppToken(value, world.apps, world.now());
    return { app, token: undefined, account: botAccount(app) };
  }

  function count({ method, path }: ApiRequest, { app, token }: Caller): void {
    if (token !== undefined) limits.count(app, method !== 'GET' || path === '/graphql');
  }

  function checkedBody(operation: string, { body }: ApiRequest): unknown {
    const value = parseBody(body);
    const problems = operation === 'POST /graphql' ? [] : description.checkRequest(operation, value ?? {});
    if (problems.length > 0) throw new GitHubError(422, `Invalid request.\n\n${problems.join('\n')}`);
    return value;
  }

  function judge(operation: string, { status, body }: Answer): void {
    if (!strict || operation === 'POST /graphql' || typeof body === 'string' || Buffer.isBuffer(body)) return;
    const plain: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    const problems = description.checkAnswer(operation, status, plain);
    if (problems.length === 0) return;
    const violation = `${operation} answered ${status} against GitHub's description: ${problems.join('; ')}`;
    world.violations.push(violation);
    throw new GitHubError(500, violation);
  }

  async function serve(request: ApiRequest, { route, params }: Match, caller: Caller, stale: boolean) {
    const { method, path, query, accept } = request;
    count(request, caller);
    const place = authorize(world, route.access, params, caller);
    const body = method === 'GET' ? undefined : checkedBody(route.operation, request);
    const call: Call = { world, method, path, params, query, body, accept, stale, ...caller, ...place };
    try {
      const answer = await route.handle(call);
      judge(route.operation, answer);
      return answer;
    } catch (error) {
      if (error instanceof GitHubError) judge(route.operation, error);
      throw error;
    }
  }

  return { match, authenticate, serve };
}

/** A repository's old name leads to its number. @throws GitHubError 301 */
function redirectRenamed({ apiUrl, renamed, repositories }: World, path: string): void {
  const [, name = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)(.*)$/.exec(path) ?? [];
  const repository = renamed.get(name.toLowerCase());
  if (repository === undefined || repositories.has(name.toLowerCase())) return;
  const url = `${apiUrl}/repositories/${repository.id}${rest}`;
  throw new GitHubError(301, 'Moved Permanently', { url }, { location: url });
}

/** `/repositories/ID/…` as the path that names the repository. */
function pathByName({ repositories }: World, path: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(.*)$/.exec(path) ?? [];
  const repository = [...repositories.values()].find((candidate) => candidate.id === Number(id));
  return repository === undefined ? path : `/repos/${repository.fullName}${rest}`;
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new GitHubError(400, 'Problems parsing JSON');
  }
}

type Place = Partial<Pick<RepositoryCall, 'repository'>>;

/** @throws GitHubError 404 for what the caller can't see, 403 for what it may not do */
function authorize(world: World, access: Access, params: Record<string, string>, { token }: Caller): Place {
  if (access === 'app') {
    if (token !== undefined) throw new GitHubError(401, 'A JSON web token could not be decoded');
    return {};
  }
  if (token === undefined) throw new GitHubError(403, 'Resource not accessible by integration');
  if (access === 'installation') return {};
  const repository = findRepository(world, `${params.owner}/${params.repo}`);
  if (!isInstalledOn(token, repository.fullName)) throw notFound();
  if (!access.some((set) => Object.entries(set).every(([name, level]) => covers(token.permissions, name, level))))
    throw forbidden(access);
  return { repository };
}

/** Says in its header, as GitHub does, what would have been enough. */
function forbidden(access: Exclude<Access, string>): GitHubError {
  const sets = access.map((set) => Object.entries(set).map(([name, level]) => `${name}=${level}`));
  const header = { 'x-accepted-github-permissions': sets.map((set) => set.join(',')).join('; ') };
  return new GitHubError(403, 'Resource not accessible by integration', {}, header);
}
