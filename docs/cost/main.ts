import { parseArgs } from 'node:util';
import type { Workload } from './estimate.ts';
import { printEstimate } from './print.ts';

/** `npm run cost -- --pushes-per-day 200 --environments 5 --applications 50 --drift-minutes 5`: what a month costs, line by line. */
const defaults = { 'pushes-per-day': '50', environments: '3', applications: '20', clusters: '1', 'drift-minutes': '5' };

function readWorkload(): Workload {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
  );
  const { values } = parseArgs({ options });
  const read = (name: keyof typeof defaults, least: number) => {
    const number = Number(values[name]);
    if (Number.isFinite(number) && number >= least) return number;
    throw new Error(`--${name} must be a number, at least ${least}; found "${values[name]}"`);
  };
  return {
    pushesPerDay: read('pushes-per-day', 0),
    environments: read('environments', 1),
    applications: read('applications', 0),
    clusters: read('clusters', 1),
    driftMinutes: read('drift-minutes', 1),
  };
}

try {
  console.log(printEstimate(readWorkload()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
