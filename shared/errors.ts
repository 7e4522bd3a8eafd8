import type { Problem } from './problem.ts';
import { describeProblem } from './problem.ts';

type Options = { cause?: unknown; details?: Record<string, unknown> };

/**
 * The root of every error that Plumbline throws on purpose. Subclasses are named by remedy, not by origin.
 *
 * `details` is safe to log: it never holds a secret, a token or the content of a file.
 */
export abstract class PlumblineError extends Error {
  abstract readonly retryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(message: string, { cause, details = {} }: Options = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.details = details;
  }
}

/** Somebody has to change an input (a file, a message, a setting). Trying again would end the same way. */
export class BadInputError extends PlumblineError {
  readonly retryable = false;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options: Options = {}) {
    super(problems.map(describeProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** A permission is missing or a policy forbids it. The message names who must grant what, and where. */
export class RefusedError extends PlumblineError {
  readonly retryable = false;
}

/** The thing asked for is not there: an image, a branch, a path. */
export class MissingError extends PlumblineError {
  readonly retryable = false;
}

/** The world may answer differently soon: throttling, a time-out, a 5xx. `afterSeconds` is what the service asked us to wait. */
export class TryAgainError extends PlumblineError {
  readonly retryable = true;
  readonly afterSeconds: number | undefined;

  constructor(message: string, { afterSeconds, ...options }: Options & { afterSeconds?: number } = {}) {
    super(message, options);
    this.afterSeconds = afterSeconds;
  }
}

/** Somebody else moved what we read (a branch's head, a state's version): read again and decide again. */
export class StaleError extends PlumblineError {
  readonly retryable = true;
}

/** What a person may be shown of any thrown value: our own messages, and for the rest only the kind of error. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof BadInputError) return error.problems;
  if (error instanceof PlumblineError) return [{ message: error.message }];
  return [
    { message: `an internal error (${error instanceof Error ? error.name : typeof error}); its cause is in the log` },
  ];
}

/** Our own errors say whether trying again helps; anything unforeseen is tried again, up to the queue's limit. */
export function isRetryable(error: unknown): boolean {
  return error instanceof PlumblineError ? error.retryable : true;
}
