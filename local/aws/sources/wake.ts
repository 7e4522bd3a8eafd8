import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets pollers sleep until there is something to poll. The guard sees every send and every write, so a poller is woken
 * at once, and looks by itself only now and then: for what became visible again, was delayed, or was moved by the
 * emulator. (moto's own long polling spins on FIFO queues whose groups are busy.)
 */
export type Wake = {
  /** Wakes who waits for this source; an early call is remembered. */
  now(source: string): void;
  /** The same for everybody: something happened inside the emulator. */
  all(): void;
  /** Resolves at a wake-up, or after `limit` milliseconds. */
  wait(source: string, limit: number, signal: AbortSignal): Promise<void>;
};

export function createWake(): Wake {
  const waiting = new Map<string, Set<() => void>>();
  const pending = new Set<string>();
  const now = (source: string): void => {
    const waiters = waiting.get(source);
    if (!waiters || waiters.size === 0) pending.add(source);
    for (const wake of waiters ?? []) wake();
  };
  const wait = async (source: string, limit: number, signal: AbortSignal): Promise<void> => {
    if (pending.delete(source)) return;
    const waiters = waiting.get(source) ?? new Set();
    waiting.set(source, waiters);
    const timer = new AbortController();
    const { promise: woken, resolve } = Promise.withResolvers<void>();
    waiters.add(resolve);
    const slept = sleep(limit, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => undefined);
    await Promise.race([woken, slept]);
    timer.abort();
    waiters.delete(resolve);
  };
  return { now, all: () => [...waiting.keys()].forEach(now), wait };
}
