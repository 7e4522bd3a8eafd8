import type { ReleaseEntry } from '../artifacts/release.ts';
import { hashOf } from '../manifests/canonical.ts';
import type { ApplicationState } from './types.ts';

/** An application that was rendered at least once. */
export type RenderedEntry = ReleaseEntry & { artifact: NonNullable<ReleaseEntry['artifact']> };

export const isRendered = (entry: ReleaseEntry): entry is RenderedEntry => entry.artifact !== undefined;

/** An artifact and the settings under which it is applied: another one is other work. */
export const workOf = (entry: ReleaseEntry | undefined) =>
  entry === undefined ? '' : hashOf({ artifact: entry.artifact?.digest, settings: entry.settings });

/** Applied and pruned to the end, under the settings of today. */
export function isApplied(state: ApplicationState | undefined, entry: RenderedEntry): state is ApplicationState {
  const { digest } = entry.artifact;
  return state?.artifact === digest && state.applied === digest && state.work === workOf(entry);
}
