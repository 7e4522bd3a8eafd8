import type { App } from './apps.ts';
import { GitHubError } from './errors.ts';

/** Requests an hour, and content-creating requests a minute and an hour, for each installation. */
export type Limits = { requests: number; writesPerMinute: number; writesPerHour: number };

/** @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export const defaultLimits: Limits = { requests: 5000, writesPerMinute: 80, writesPerHour: 500 };

export type RateLimits = {
  /** Counts a request. @throws GitHubError 403 when the primary or a secondary limit is used up */
  count: (app: App, isWrite: boolean) => void;
  usage: (app: App | undefined) => { limit: number; used: number; remaining: number; reset: number };
};

type Window = { used: number; resetAt: number; writes: number[] };

export function createRateLimits(limits: Limits, now: () => Date): RateLimits {
  const windows = new Map<App | undefined, Window>();

  function windowOf(app: App | undefined): Window {
    const seconds = Math.floor(now().getTime() / 1000);
    const current = windows.get(app);
    if (current !== undefined && current.resetAt > seconds) return current;
    const fresh = { used: 0, resetAt: seconds + 3600, writes: current?.writes ?? [] };
    windows.set(app, fresh);
    return fresh;
  }

  function usage(app: App | undefined) {
    const { used, resetAt } = windowOf(app);
    return { limit: limits.requests, used, remaining: Math.max(0, limits.requests - used), reset: resetAt };
  }

  function countWrite(window: Window): void {
    const milliseconds = now().getTime();
    window.writes = window.writes.filter((at) => at > milliseconds - 3_600_000);
    const lastMinute = window.writes.filter((at) => at > milliseconds - 60_000);
    if (lastMinute.length >= limits.writesPerMinute) throw secondaryRateLimit(60);
    if (window.writes.length >= limits.writesPerHour) throw secondaryRateLimit(3600);
    window.writes.push(milliseconds);
  }

  function count(app: App, isWrite: boolean): void {
    const window = windowOf(app);
    if (window.used >= limits.requests) throw primaryRateLimit(app, window.resetAt);
    window.used += 1;
    if (isWrite) countWrite(window);
  }

  return { count, usage };
}

/** @param retryAfter seconds */
export function secondaryRateLimit(retryAfter: number): GitHubError {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return new GitHubError(403, message, {}, { 'retry-after': String(retryAfter) });
}

/** @param resetAt seconds since the epoch */
function primaryRateLimit(app: App, resetAt: number): GitHubError {
  const message = `API rate limit exceeded for installation ID ${app.installationId}.`;
  return new GitHubError(403, message, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetAt) });
}
