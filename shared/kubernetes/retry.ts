/** How one attempt ended. `no answer`: refused, reset or timed out, perhaps after the server had done its work. */
export type Ending = { status: number; retryAfterSeconds?: number | undefined; message: string } | 'no answer';

type Attempt = {
  ending: Ending;
  /** From 1. */
  attempt: number;
  /** Milliseconds that may still be spent. */
  remaining: number;
  /** 0 to 1. */
  random: number;
};

const maximumAttempts = 4;
/** Being throttled is not a failure: as long as there is time, the server is asked again when it says so. */
const maximumThrottled = 20;
const firstWait = 200;
const longestWait = 5_000;

/**
 * How many milliseconds to wait before the same request is sent again, or undefined to take the ending as it is.
 * Every request of ours may be repeated: server-side apply is idempotent and a deletion names the `uid`.
 */
export function decideRetry({ ending, attempt, remaining, random }: Attempt): number | undefined {
  const limit = isThrottled(ending) ? maximumThrottled : maximumAttempts;
  if (!isWorthRepeating(ending) || attempt >= limit) return undefined;
  const wait = askedFor(ending) ?? Math.min(longestWait, firstWait * 2 ** (attempt - 1)) * (0.5 + random / 2);
  return wait < remaining ? wait : undefined;
}

export const isThrottled = (ending: Ending) => ending !== 'no answer' && ending.status === 429;

function isWorthRepeating(ending: Ending): boolean {
  if (ending === 'no answer') return true;
  const { status, message } = ending;
  if (status === 500) return !message.startsWith('failed to create typed patch object');
  if (status === 409) return isRace(message);
  return status === 429 || (status > 501 && status < 600);
}

/** Two writers met: the server asks to try again. A conflict of field managers or of a `uid` is an answer, and stays one. */
const isRace = (message: string) =>
  message.includes('the object has been modified') || message.includes('already exists');

function askedFor(ending: Ending): number | undefined {
  const seconds = ending === 'no answer' ? undefined : ending.retryAfterSeconds;
  return seconds === undefined ? undefined : seconds * 1000;
}
