import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import type { StateStore } from '../../shared/state/store.ts';
import type { ApplicationState, Attempt, Desired } from '../../shared/state/types.ts';

/** All that is known of one environment when something about it changed. */
export type EnvironmentView = {
  environment: string;
  attempt: Attempt | undefined;
  desired: Desired | undefined;
  release: Release | undefined;
  applications: ApplicationState[];
};

export type ViewPorts = {
  state: Pick<StateStore, 'readAttempt' | 'readDesired' | 'listApplications'>;
  readRelease: ReadRelease;
};

export async function readView(environment: string, { state, readRelease }: ViewPorts): Promise<EnvironmentView> {
  const [attempt, desired, applications] = await Promise.all([
    state.readAttempt(environment),
    state.readDesired(environment),
    state.listApplications(environment),
  ]);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  return { environment, attempt, desired, release, applications };
}
