import { median, percentile } from '../statistics.ts';
import { combine } from './process-usage.ts';

/** What one pass cost. */
export type Sample = {
  seconds: number;
  /** That the API server answered. */
  requests: number;
  cpuSeconds: number | undefined;
  peakBytes: number | undefined;
};

/** What several passes cost: seconds in the middle and of the slowest twentieth, the middle of the rest, and the most memory. */
export type Summary = {
  repeats: number;
  seconds: { median: number; p95: number; all: number[] };
  requests: number;
  cpuSeconds: number | undefined;
  peakBytes: number | undefined;
};

export function summarize(samples: readonly Sample[]): Summary {
  const seconds = samples.map((sample) => sample.seconds);
  return {
    repeats: samples.length,
    seconds: { median: median(seconds), p95: percentile(seconds, 95), all: seconds },
    requests: median(samples.map(({ requests }) => requests)),
    cpuSeconds: combine(
      samples.map(({ cpuSeconds }) => cpuSeconds),
      median,
    ),
    peakBytes: combine(
      samples.map(({ peakBytes }) => peakBytes),
      (values) => Math.max(...values),
    ),
  };
}
