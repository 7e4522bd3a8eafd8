import type { EngineName } from './engine/engine.ts';
import type { EngineResult } from './engine/measure.ts';
import type { Summary } from './sample.ts';
import { formatNumber, formatTable } from './table.ts';
import type { WholeResult } from './whole/results.ts';

const ours: EngineName = 'Plumbline';

/** One table for each task and size, with every engine's time as a multiple of ours. */
export function formatEngines(results: readonly EngineResult[]): string {
  const header = ['', 'seconds', 'p95', `× ${ours}`, 'requests', 'CPU s', 'peak MB'];
  return tables(
    results,
    ({ task, objects }) => `${task}, ${objects.toLocaleString('en')} objects`,
    (group) => {
      const reference = group.find(({ engine }) => engine === ours);
      return [
        header,
        ...group.map((result) => {
          const [seconds, p95, ratio, cpu, peak] = common(result, reference);
          return [result.engine, seconds, p95, ratio, formatNumber(result.requests), cpu, peak];
        }),
      ];
    },
  );
}

/** The same for whole applications: waiting for health or not are tables of their own. */
export function formatWhole(results: readonly WholeResult[]): string {
  const header = ['', 'seconds', 'p95', '× function', 'CPU s', 'peak MB'];
  const healths = { off: 'until applied', on: 'until healthy' };
  return tables(
    results,
    ({ task, applications, health }) =>
      `${task}, ${applications.toLocaleString('en')} applications, ${healths[health]}`,
    (group) => [header, ...group.map((result) => [result.subject, ...common(result, group[0])])],
  );
}

function tables<Result>(
  results: readonly Result[],
  titleOf: (result: Result) => string,
  rowsOf: (group: Result[]) => string[][],
): string {
  return [...Map.groupBy(results, titleOf)]
    .map(([title, group]) => `${title}\n${formatTable(rowsOf(group))}`)
    .join('\n\n');
}

type Cost = Pick<Summary, 'seconds' | 'cpuSeconds' | 'peakBytes'>;

function common({ seconds, cpuSeconds, peakBytes }: Cost, reference: Cost | undefined) {
  const ratio = reference && seconds.median / reference.seconds.median;
  const megabytes = peakBytes === undefined ? undefined : Math.round(peakBytes / 1_000_000);
  const numbers = [seconds.median, seconds.p95, ratio, cpuSeconds, megabytes];
  return numbers.map(formatNumber) as [string, string, string, string, string];
}
