import type { Clock } from '../../shared/clock.ts';
import type { Measure } from '../../shared/lambda/metrics.ts';
import type { SuccessStore } from '../../shared/state/success.client.ts';
import { isSuccess, measurementsOf, type Pass } from './pass.ts';

type TellPorts = {
  measure: Measure;
  successes: Pick<SuccessStore, 'writeSuccess'>;
  clock: Clock;
  /** Seconds between two looks at the clusters, by `deployer.yaml`. */
  driftSeconds: number;
};

/** One look at an environment often is a hundred passes at once. */
const betweenWritesMilliseconds = 60_000;
const anHour = 3600;

/** Tells what passes are measured by, and remembers of each environment that it has had a success. */
export function createTell({ measure, successes, clock, driftSeconds }: TellPorts) {
  const written = new Map<string, number>();
  const memorySeconds = repetitionSeconds(driftSeconds);
  return async (pass: Pass): Promise<void> => {
    const now = clock.now();
    for (const measurement of measurementsOf(pass, { now, memorySeconds })) measure(measurement);
    const { environment } = pass.after;
    if (!isSuccess(pass) || now.getTime() < (written.get(environment) ?? 0) + betweenWritesMilliseconds) return;
    await successes.writeSuccess(environment, now);
    written.set(environment, now.getTime());
  };
}

const repetitionSeconds = (driftSeconds: number) => Math.max(anHour, 3 * driftSeconds);
