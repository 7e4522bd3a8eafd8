import type { EngineName } from './engine/engine.ts';
import type { EngineResult } from './engine/measure.ts';
import { taskNames } from './engine/tasks.ts';
import { kinds } from './objects.ts';
import { formatNumber } from './table.ts';

/** What we want to hold, what was found, and whether it held. `met` is undefined where it wasn't measured in this run. */
export type Aim = { aim: string; found: string; met: boolean | undefined };

const flux: EngineName[] = ['Flux, 4 at once', 'Flux, 16 at once'];
const [change, large, largest] = [500, 2_000, 10_000];
const pageSize = 500;
const megabyte = 1_000_000;

export function judgeAims(results: readonly EngineResult[], bundleBytes: number): Aim[] {
  const find = (task: string, objects: number, engine: EngineName) =>
    results.find((result) => result.task === task && result.objects === objects && result.engine === engine);
  const times = (task: string, objects: number, others: readonly EngineName[]) => {
    const own = find(task, objects, 'Plumbline')?.seconds.median;
    const theirs = others.map((name) => find(task, objects, name)?.seconds.median).filter((each) => each !== undefined);
    return own === undefined || theirs.length === 0 ? undefined : Math.min(...theirs) / own;
  };
  const faster = (task: string, objects: number, least: number): Aim => {
    const found = times(task, objects, flux);
    const aim = `${task}, ${objects.toLocaleString('en')} objects: at least ${least} times faster than Flux's engine`;
    return judge(aim, found, (value) => value >= least, 'times faster than the faster of both');
  };
  const limit = times(taskNames.first, large, ['bare HTTP loop']);
  const peak = find(taskNames.nothing, largest, 'Plumbline')?.peakBytes;
  return [
    faster(taskNames.nothing, large, 40),
    ...[large, largest].map((objects) => fewRequests(objects, find(taskNames.nothing, objects, 'Plumbline')?.requests)),
    faster(taskNames.change, change, 10),
    faster(taskNames.first, large, 3),
    judge(
      `${taskNames.first}, ${large.toLocaleString('en')} objects: within 1.2 of the API server's own limit`,
      limit && 1 / limit,
      (value) => value <= 1.2,
      'times the bare HTTP loop',
    ),
    judge(
      `Peak memory of the function at ${largest.toLocaleString('en')} objects: under 512 MB`,
      peak && peak / megabyte,
      (value) => value < 512,
      'MB',
    ),
    judge('Bundle of the function: under 1.5 MB', bundleBytes / megabyte, (value) => value < 1.5, 'MB'),
  ];
}

/** A LIST for every page of every kind, and now and then discovery, which takes three. */
function fewRequests(objects: number, requests: number | undefined): Aim {
  const most = kinds.length * Math.ceil(objects / kinds.length / pageSize) + 3;
  return judge(
    `${taskNames.nothing}, ${objects.toLocaleString('en')} objects: requests by kinds and pages, at most ${most}`,
    requests,
    (value) => value <= most,
    'requests',
  );
}

function judge(aim: string, found: number | undefined, holds: (value: number) => boolean, unit: string): Aim {
  if (found === undefined) return { aim, found: 'not measured in this run', met: undefined };
  return { aim, found: `${formatNumber(found)} ${unit}`, met: holds(found) };
}

export const formatAims = (aims: readonly Aim[]): string =>
  aims.map(({ aim, found, met }) => `  ${met === undefined ? '–' : met ? '✓' : '✗'} ${aim}: ${found}`).join('\n');
