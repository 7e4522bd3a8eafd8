import { expect, it } from 'vitest';
import { rotate } from '../../../bench/reconcile/engine/measure.ts';
import { manyObjects } from '../../../bench/reconcile/objects.ts';
import { formatEngines, formatWhole } from '../../../bench/reconcile/report.ts';
import { summarize } from '../../../bench/reconcile/sample.ts';
import { gather } from '../../../bench/reconcile/whole/results.ts';

const sample = (seconds: number) => ({ seconds, requests: 5, cpuSeconds: 0.25, peakBytes: 150_000_000 });

it('prints every engine beside ours, by its multiple', () => {
  const results = [
    { task: 'Nothing to do', objects: 2000, engine: 'Plumbline' as const, ...summarize([0.1, 0.2, 0.3].map(sample)) },
    { task: 'Nothing to do', objects: 2000, engine: 'kubectl' as const, ...summarize([8, 9, 10].map(sample)) },
  ];
  expect(formatEngines(results)).toBe(
    [
      'Nothing to do, 2,000 objects',
      '             seconds  p95  × Plumbline  requests  CPU s  peak MB',
      '  Plumbline      0.2  0.3            1         5   0.25      150',
      '  kubectl          9   10           45         5   0.25      150',
    ].join('\n'),
  );
});

it('gathers the samples of the same thing, and keeps apart what waits for health', () => {
  const usage = { cpuSeconds: undefined, peakBytes: undefined };
  const first = (off: number, on?: number) => ({
    ...{ task: 'First apply' as const, ...usage },
    seconds: { off, ...(on !== undefined && { on }) },
  });
  const results = gather([
    { count: 100, name: 'Plumbline, function alone', measured: first(1, 2) },
    { count: 100, name: 'Flux', measured: first(20) },
    { count: 100, name: 'Plumbline, function alone', measured: first(3, 4) },
  ]);
  expect(results.map(({ subject, health, seconds }) => [subject, health, seconds.all])).toEqual([
    ['Plumbline, function alone', 'off', [1, 3]],
    ['Plumbline, function alone', 'on', [2, 4]],
    ['Flux', 'off', [20]],
  ]);
  expect(formatWhole(results).split('\n')[0]).toBe('First apply, 100 applications, until applied');
  expect(formatWhole(results)).toContain('Flux                            20   20          20      –        –');
});

it('begins each turn with another engine', () => {
  expect([0, 1, 2, 3, 4].map((turn) => rotate(['a', 'b', 'c'], turn).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
    'bca',
  ]);
});

it('makes as many objects as asked for, equal from run to run but for the tags that differ', () => {
  const [one, other] = [manyObjects(500, { namespace: 'a' }), manyObjects(500, { namespace: 'a', tags: { 0: '2' } })];
  expect(one).toHaveLength(500);
  expect(new Set(one.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(500);
  expect(one).toEqual(manyObjects(500, { namespace: 'a' }));
  expect(one.filter((object, index) => JSON.stringify(object) !== JSON.stringify(other[index]))).toHaveLength(1);
});
