import { describe, expect, it } from 'vitest';
import { formatAims, judgeAims } from '../../../bench/reconcile/aims.ts';
import type { EngineName } from '../../../bench/reconcile/engine/engine.ts';
import type { EngineResult } from '../../../bench/reconcile/engine/measure.ts';

type Row = [task: string, objects: number, engine: EngineName, seconds: number, requests?: number];

const resultsOf = (rows: Row[], peakBytes = 300_000_000): EngineResult[] =>
  rows.map(([task, objects, engine, seconds, requests = 0]) => ({
    ...{ task, objects, engine, requests, peakBytes, cpuSeconds: 1, repeats: 5 },
    seconds: { median: seconds, p95: seconds, all: [seconds] },
  }));

const good: Row[] = [
  ['First apply', 2000, 'Plumbline', 5],
  ['First apply', 2000, 'Flux, 4 at once', 17],
  ['First apply', 2000, 'Flux, 16 at once', 15],
  ['First apply', 2000, 'bare HTTP loop', 4.5],
  ['One changed field', 500, 'Plumbline', 0.1],
  ['One changed field', 500, 'Flux, 4 at once', 1],
  ['Nothing to do', 2000, 'Plumbline', 0.2, 5],
  ['Nothing to do', 2000, 'Flux, 4 at once', 9, 4000],
  ['Nothing to do', 2000, 'Flux, 16 at once', 8, 4000],
  ['Nothing to do', 10000, 'Plumbline', 0.9, 20],
];

const metOf = (rows: Row[], peakBytes?: number, bundleBytes = 1_200_000) =>
  judgeAims(resultsOf(rows, peakBytes), bundleBytes).map(({ met }) => met);
const replaced = (task: string, engine: EngineName, seconds: number, requests?: number) =>
  good.map((row): Row => (row[0] === task && row[2] === engine ? [task, row[1], engine, seconds, requests] : row));

describe('the aims', () => {
  it('are met exactly at their limits', () => {
    expect(metOf(good)).toEqual(Array(8).fill(true));
  });

  it.each([
    ['a pass with nothing to do', replaced('Nothing to do', 'Flux, 16 at once', 7.9), 0],
    ['requests that grow with objects', replaced('Nothing to do', 'Plumbline', 0.1, 2000), 1],
    ['one change', replaced('One changed field', 'Plumbline', 0.11), 3],
    ['the first apply', replaced('First apply', 'Flux, 16 at once', 14), 4],
    ['the limit', replaced('First apply', 'bare HTTP loop', 4.1), 5],
  ])('are missed by %s that is too slow, or too much', (_, rows, index) => {
    expect(metOf(rows)[index]).toBe(false);
  });

  it('are missed by a function that takes too much memory, or is too large', () => {
    expect(metOf(good, 512_000_000).slice(6)).toEqual([false, true]);
    expect(metOf(good, undefined, 1_500_000).slice(6)).toEqual([true, false]);
  });

  it('say so where a peer or a size was not measured', () => {
    const alone = good.filter(([, objects, engine]) => engine === 'Plumbline' && objects === 2000);
    const aims = judgeAims(resultsOf(alone), 1_000_000);
    expect(aims.map(({ met }) => met)).toEqual([
      undefined,
      true,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      true,
    ]);
    expect(formatAims(aims).split('\n')[0]).toBe(
      "  – Nothing to do, 2,000 objects: at least 40 times faster than Flux's engine: not measured in this run",
    );
  });
});
