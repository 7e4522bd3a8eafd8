/** At most so many at once; fewer for a while when the server says that it is too many. */
export type Limiter = {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The server throttled us: half as many at once, at least one. */
  slowDown(): void;
  /** One went well: after as many successes as are allowed at once, one more is. */
  speedUp(): void;
  limit(): number;
};

export function createLimiter(maximum: number): Limiter {
  const waiting: (() => void)[] = [];
  let limit = maximum;
  let running = 0;
  let successes = 0;

  function next(): void {
    if (running >= limit) return;
    const start = waiting.shift();
    if (start === undefined) return;
    running += 1;
    start();
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      waiting.push(resolve);
      next();
    });
  }

  return {
    async run(work) {
      await turn();
      try {
        return await work();
      } finally {
        running -= 1;
        next();
      }
    },
    slowDown() {
      limit = Math.max(1, Math.floor(limit / 2));
      successes = 0;
    },
    speedUp() {
      successes += 1;
      if (successes < limit || limit >= maximum) return;
      limit += 1;
      successes = 0;
      next();
    },
    limit: () => limit,
  };
}
