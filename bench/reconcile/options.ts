import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

export type BenchOptions = {
  /** Default: both parts. */
  only?: 'engine' | 'whole';
  repeats: number;
  /** Sizes of the engine's sets of objects, ascending. */
  objects: number[];
  /** Numbers of whole applications, ascending. */
  applications: number[];
  /** File for the results, absolute. */
  json?: string;
};

/** Reads the command line; prints help or what is wrong and exits by itself, as command lines do. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  return new Command('npm run bench:reconcile --')
    .description("Measures the reconciler beside Flux and kubectl, against a real API server's counters.")
    .addOption(new Option('--only <part>', 'measure one part only').choices(['engine', 'whole']))
    .option('--repeats <count>', 'how often everything is measured', parseCount, 5)
    .option('--objects <counts>', 'sizes of the sets of objects', parseCounts, [500, 2_000, 10_000])
    .option('--applications <counts>', 'how many whole applications', parseCounts, [100, 500])
    .option('--json <file>', 'write the results as JSON', (path) => resolve(process.env.INIT_CWD ?? '.', path))
    .parse([...argv], { from: 'user' })
    .opts<BenchOptions>();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('must be a whole number from 1.');
}

function parseCounts(text: string): number[] {
  return text
    .split(',')
    .map(parseCount)
    .sort((one, other) => one - other);
}
