import type { Usage } from '../process-usage.ts';

/** `off`: until everything is applied. `on`: until everything is healthy, too, and that is known. */
export type Health = 'off' | 'on';

export type WholeTask = 'First apply' | 'New revision of one application' | 'Nothing to do';

/** How long something took until it was applied, and until it was healthy; what is not awaited is not there. */
export type Measured = { task: WholeTask; seconds: Partial<Record<Health, number>> } & Usage;

/** One way to bring applications into a cluster. */
export type Subject = {
  name: string;
  /** Deploys so many applications; `version` makes them differ from earlier ones. */
  first(count: number, version: string): Promise<Measured>;
  /** Deploys another version of the first application. */
  revise(version: string): Promise<Measured>;
  /** Looks whether all of them still are as they should be. */
  look(): Promise<Measured>;
  /** Removes them all. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export const applicationName = (index: number) => `app-${String(index).padStart(3, '0')}`;

export const applicationNames = (count: number) => Array.from({ length: count }, (_, index) => applicationName(index));

/** Measures from its creation. */
export function stopwatch(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}

export const notMeasured: Usage = { cpuSeconds: undefined, peakBytes: undefined };
