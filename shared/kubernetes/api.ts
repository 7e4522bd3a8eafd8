import { TryAgainError } from '../errors.ts';
import { readStatus } from './failure.ts';
import type { Limiter } from './limiter.ts';
import { decideRetry, type Ending, isThrottled } from './retry.ts';
import type { ApiAnswer, ApiRequest, Transport } from './transport.ts';

/** The cluster gave no answer at all, several times in a row. Whatever else is under way had better stop. */
export class UnreachableError extends TryAgainError {}

/** There was no time left to ask: the object was not tried at all, or its answer not awaited. */
export class OutOfTimeError extends TryAgainError {}

/** Milliseconds that are left to work. */
export type Deadline = { remaining(): number };

/**
 * Sends a request until it has a lasting answer, and returns it whatever its status.
 *
 * @throws UnreachableError if no answer came, OutOfTimeError if there was no time to ask
 */
export type Api = (request: ApiRequest) => Promise<ApiAnswer>;

export type ApiOptions = {
  transport: Transport;
  /** Headers that say who we are; `renew` after a 401. */
  authenticate(renew: boolean): Promise<Record<string, string>>;
  limiter: Limiter;
  deadline: Deadline;
  sleep(milliseconds: number): Promise<unknown>;
  /** 0 to 1, for jitter. */
  random?: () => number;
};

/** No single request may take longer, in milliseconds. An optional one is asked once, and soon given up. */
const longestRequest = 30_000;
const longestOptional = 5_000;

export function createApi(options: ApiOptions): Api {
  return (request) => options.limiter.run(() => persist(request, options));
}

async function persist(request: ApiRequest, options: ApiOptions): Promise<ApiAnswer> {
  const { limiter, deadline, sleep, random = Math.random } = options;
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(request, options);
    const ending = endingOf(result);
    if (isThrottled(ending)) limiter.slowDown();
    const wait = request.isOptional
      ? undefined
      : decideRetry({ ending, attempt, remaining: deadline.remaining(), random: random() });
    if (wait !== undefined) {
      await sleep(wait);
      continue;
    }
    if ('error' in result) throw unreachable(result.error);
    limiter.speedUp();
    return result;
  }
}

type Broken = { error: unknown };

/** A 401 means that the token is too old, or was revoked: a new one is tried once. */
async function tryOnce(request: ApiRequest, options: ApiOptions): Promise<ApiAnswer | Broken> {
  const answer = await send(request, options, false);
  return 'status' in answer && answer.status === 401 ? send(request, options, true) : answer;
}

async function send(
  request: ApiRequest,
  { transport, authenticate, deadline }: ApiOptions,
  renew: boolean,
): Promise<ApiAnswer | Broken> {
  const remaining = deadline.remaining();
  if (remaining <= 0) throw new OutOfTimeError('there was no time left');
  const identity = await authenticate(renew);
  try {
    return await transport(
      { ...request, headers: { ...request.headers, ...identity } },
      Math.min(request.isOptional ? longestOptional : longestRequest, remaining),
    );
  } catch (error) {
    return { error };
  }
}

function endingOf(result: ApiAnswer | Broken): Ending {
  if ('error' in result) return 'no answer';
  const { status, headers, text } = result;
  const seconds = Number(headers['retry-after']);
  return {
    status,
    message: status < 400 ? '' : (readStatus(text).message ?? ''),
    retryAfterSeconds: headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds : undefined,
  };
}

function unreachable(cause: unknown): UnreachableError {
  return new UnreachableError(`the cluster's API server can't be reached: ${describe(cause)}`, { cause });
}

/** Network errors name only addresses and codes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `${code}${error.message === '' || error.message === code ? '' : ` (${error.message})`}`;
}
