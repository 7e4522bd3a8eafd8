import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import type { Clock } from '../../shared/clock.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { Measure } from '../../shared/lambda/metrics.ts';
import type { StateStore } from '../../shared/state/store.ts';
import type { SuccessStore } from '../../shared/state/success.client.ts';
import type { Desired } from '../../shared/state/types.ts';

type SuccessPorts = {
  environments: Deployer['environments'];
  state: Pick<StateStore, 'readDesired'>;
  successes: Pick<SuccessStore, 'readSuccess'>;
  readRelease: ReadRelease;
  measure: Measure;
  clock: Clock;
};

const atOnce = 8;

/** Tells of each environment how long ago its last success was. */
export async function tellSuccessAges(ports: SuccessPorts): Promise<void> {
  const { environments, measure } = ports;
  const names = Object.keys(environments);
  const ages = await mapConcurrently(names, atOnce, (environment) => ageOf(environment, ports));
  for (const [index, environment] of names.entries())
    measure({ values: { SecondsSinceSuccess: ages[index] ?? 0 }, dimensions: { environment } });
}

async function ageOf(environment: string, { state, successes, readRelease, clock }: SuccessPorts): Promise<number> {
  const [desired, success] = await Promise.all([state.readDesired(environment), successes.readSuccess(environment)]);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  return secondsSinceSuccess({ desired, release, success, now: clock.now() });
}

type Standing = { desired: Desired | undefined; release: Release | undefined; success: Date | undefined; now: Date };

/** An environment in which nothing is to run can't fail. One that never had a success is counted from when it was first asked for one. */
export function secondsSinceSuccess({ desired, release, success, now }: Standing): number {
  const entries = Object.values(release?.applications ?? {});
  const isIdle = entries.every(({ artifact, settings }) => artifact === undefined || settings.suspend);
  if (desired === undefined || isIdle) return 0;
  return Math.max(0, (now.getTime() - (success ?? new Date(desired.at)).getTime()) / 1000);
}
