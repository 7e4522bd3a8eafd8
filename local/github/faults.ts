import type { AppName } from './apps.ts';
import { GitHubError, notFound } from './errors.ts';
import { secondaryRateLimit } from './rate-limits.ts';

/** What to answer instead of the truth; `stale-head` answers, but with the branch's head before its last move. */
type FaultAnswer =
  | 'server-error'
  | 'bad-gateway'
  | 'service-unavailable'
  | 'secondary-rate-limit'
  | 'not-found'
  | 'forbidden'
  | 'bad-credentials'
  | 'stale-head'
  | 'reset'
  | { status: number; body?: Record<string, unknown>; headers?: Record<string, string> };

export type Fault = {
  /** Of the request: `POST`. Any, if left out. */
  method?: string;
  /** Of the path below `apiUrl` (`/repos/acme/web/statuses/…`, `/graphql`) or of an archive (`/codeload/…`). Any, if left out. */
  path?: RegExp | string;
  /** Whose requests. Anyone's, if left out. */
  app?: AppName;
  /** How many requests it meets. Default: 1. */
  times?: number;
  /** If left out, the request is served as usual (after `before`). */
  answer?: FaultAnswer;
  /** Seconds, in `Retry-After` of `secondary-rate-limit`. Default: 1. */
  retryAfter?: number;
  /** The work is done and only its answer is lost (by `answer`, or a cut connection). Default: false. */
  afterwards?: boolean;
  /** Happens before the request is served: somebody else's push, for one. */
  before?: () => Promise<unknown>;
};

export type Faults = {
  inject: (fault: Fault) => { remaining: () => number; remove: () => void };
  /** The fault that meets this request, counted down. */
  take: (request: { method: string; path: string; app: string | undefined }) => Fault | undefined;
};

export function createFaults(): Faults {
  const waiting = new Map<Fault, number>();

  function meets({ method, path, app }: Fault, request: Parameters<Faults['take']>[0]): boolean {
    if (method !== undefined && method !== request.method) return false;
    if (app !== undefined && app !== request.app) return false;
    return typeof path === 'string' ? request.path.startsWith(path) : (path?.test(request.path) ?? true);
  }

  return {
    inject: (fault) => {
      waiting.set(fault, fault.times ?? 1);
      return { remaining: () => waiting.get(fault) ?? 0, remove: () => void waiting.delete(fault) };
    },
    take: (request) => {
      const [fault, remaining = 0] = [...waiting].find(([candidate]) => meets(candidate, request)) ?? [];
      if (fault === undefined) return undefined;
      if (remaining > 1) waiting.set(fault, remaining - 1);
      else waiting.delete(fault);
      return fault;
    },
  };
}

/** The error that a fault answers with; undefined if the fault is of another kind (`stale-head`, `reset`, none). */
export function faultError({ answer, retryAfter = 1 }: Fault): GitHubError | undefined {
  if (typeof answer === 'object') return new GitHubError(answer.status, 'injected fault', answer.body, answer.headers);
  switch (answer) {
    case 'server-error':
      return new GitHubError(500, 'Server Error');
    case 'bad-gateway':
      return new GitHubError(502, 'Server Error');
    case 'service-unavailable':
      return new GitHubError(503, 'Service unavailable');
    case 'secondary-rate-limit':
      return secondaryRateLimit(retryAfter);
    case 'not-found':
      return notFound();
    case 'forbidden':
      return new GitHubError(403, 'Resource not accessible by integration');
    case 'bad-credentials':
      return new GitHubError(401, 'Bad credentials');
    default:
      return undefined;
  }
}
