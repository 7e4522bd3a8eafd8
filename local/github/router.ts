import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { App, InstallationToken, Permissions } from './apps.ts';
import { noObject, resolveCommit } from './git/refs.ts';
import type { Account, Repository, World } from './world.ts';

export type Answer = {
  status: number;
  /** JSON, or bytes and text as they are (with a `content-type` of their own). */
  body?: unknown;
  headers?: Record<string, string>;
};

export type Call = {
  world: World;
  method: string;
  /** Below `apiUrl`, without the query. */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  accept: string;
  app: App;
  /** Absent where an App speaks for itself, by its JSON web token. */
  token: InstallationToken | undefined;
  account: Account;
  /** The answer comes from a replica that hasn't seen the last move of a ref. */
  stale: boolean;
};
export type RepositoryCall = Call & { repository: Repository; token: InstallationToken };

/**
 * Who may call: an App by its own JSON web token, any installation token, or one with any of these sets of
 * permissions on the repository.
 */
export type Access = 'app' | 'installation' | Permissions[];

export type Route = {
  /** As GitHub's description names it: `GET /repos/{owner}/{repo}/git/ref/{ref}`. */
  operation: string;
  access: Access;
  handle: (call: Call) => Promise<Answer> | Answer;
};

export type Handle = (call: RepositoryCall) => Promise<Answer> | Answer;

/** A route of one repository, for tokens with any of the given sets of permissions. */
export function repositoryRoute(operation: string, access: Permissions[], handle: Handle): Route {
  const method = operation.replace(' ', ' /repos/{owner}/{repo}');
  return { operation: method, access, handle: (call) => handle(call as RepositoryCall) };
}

export type Match = { route: Route; params: Record<string, string> };

/** These parameters may hold slashes; `path` may also be missing. */
const wide = new Set(['ref', 'branch', 'basehead', 'tree_sha']);

/** Finds the route of a request; of several that match, the one with most words of its own. */
export function createRouter(routes: Route[]): (method: string, path: string) => Match | undefined {
  const patterns = routes.map((route) => ({ route, ...compile(route.operation) })).sort((a, b) => b.words - a.words);
  return (method, path) => {
    for (const { route, pattern } of patterns) {
      const groups = pattern.exec(`${method} ${path}`)?.groups;
      if (groups === undefined) continue;
      const params = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value ?? '')] as const);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  };
}

function compile(operation: string): { pattern: RegExp; words: number } {
  const words = operation.split('/').filter((part) => !part.startsWith('{')).length;
  const source = operation.replace(/\/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'path') return '(?:/(?<path>.*))?';
    return wide.has(name) ? `/(?<${name}>.+)` : `/(?<${name}>[^/]+)`;
  });
  // A named group even where nothing is named, so that a match always has groups.
  return { pattern: new RegExp(`^${source}(?<_>)$`), words };
}

type Parameters<
  Scope extends keyof RestEndpointMethodTypes,
  Method extends keyof RestEndpointMethodTypes[Scope],
> = RestEndpointMethodTypes[Scope][Method] extends { parameters: infer P } ? P : never;

/** A body that has been checked against GitHub's description, with Octokit's type for it. */
export function bodyOf<S extends keyof RestEndpointMethodTypes, M extends keyof RestEndpointMethodTypes[S]>(
  call: Call,
): Parameters<S, M> {
  return (call.body ?? {}) as Parameters<S, M>;
}

export function ok(body: unknown, headers?: Record<string, string>): Answer {
  return { status: 200, body, ...(headers && { headers }) };
}

/** The commit that a caller may see behind a ref: the newest, or, to a stale reader, the one before. */
export async function visibleCommit({ repository, stale }: RepositoryCall, ref: string): Promise<string | undefined> {
  const branch = `refs/heads/${ref.replace(/^(refs\/)?heads\//, '')}`;
  const previous = stale ? repository.previousHeads.get(branch) : undefined;
  if (previous !== undefined) return previous === noObject ? undefined : previous;
  return resolveCommit(repository.directory, ref);
}
