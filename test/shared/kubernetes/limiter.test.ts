import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../../shared/kubernetes/limiter.ts';

/** Starts `count` pieces of work; tells how many run, and lets them end. */
function start(limiter: ReturnType<typeof createLimiter>, count: number) {
  const running: (() => void)[] = [];
  const all = Array.from({ length: count }, () =>
    limiter.run(() => new Promise<void>((resolve) => running.push(resolve))),
  );
  return {
    running: () => running.length,
    async endAll() {
      while (running.length > 0) {
        for (const end of running.splice(0)) end();
        await turn();
      }
      await Promise.all(all);
    },
  };
}

describe('the limiter', () => {
  it('runs so many at once, and the others after them', async () => {
    const work = start(createLimiter(3), 7);
    await turn();
    expect(work.running()).toBe(3);
    await work.endAll();
  });

  it('fault 40: halves when the server throttles, down to one', () => {
    const limiter = createLimiter(16);
    const limits = Array.from({ length: 6 }, () => {
      limiter.slowDown();
      return limiter.limit();
    });
    expect(limits).toEqual([8, 4, 2, 1, 1, 1]);
  });

  it('fault 40: grows again with success, and never above where it began', async () => {
    const limiter = createLimiter(4);
    limiter.slowDown();
    limiter.speedUp();
    expect(limiter.limit()).toBe(2);
    for (let success = 0; success < 100; success += 1) limiter.speedUp();
    expect(limiter.limit()).toBe(4);
    const work = start(limiter, 10);
    await turn();
    expect(work.running()).toBe(4);
    await work.endAll();
  });

  it('goes on after an error', async () => {
    const limiter = createLimiter(1);
    await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limiter.run(async () => 'yes')).toBe('yes');
  });
});
