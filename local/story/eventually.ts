import { setTimeout as sleep } from 'node:timers/promises';

type Options = { timeoutSeconds?: number; everyMilliseconds?: number };

/**
 * Asks again and again until `probe` answers with something, and returns it. Waits long (a slow machine isn't a failure), asks often.
 *
 * @param what for the message: "one commit on staging"
 * @param probe answers undefined or false while it isn't so; what it throws counts as not yet
 * @throws Error that says what was waited for and what was seen last
 */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined | false>,
  { timeoutSeconds = 180, everyMilliseconds = 25 }: Options = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(everyMilliseconds);
  }
  throw new Error(`waited ${timeoutSeconds} s for ${what}${last instanceof Error ? `: ${last.message}` : ''}`);
}

/** @throws Error with the message, where `condition` doesn't hold */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
