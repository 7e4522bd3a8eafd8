import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import type { Reconciliation } from '../../shared/events/messages.ts';
import { hashOf } from '../../shared/manifests/canonical.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ApplicationState, Desired } from '../../shared/state/types.ts';

export type Situation = {
  message: Reconciliation;
  state: ApplicationState | undefined;
  desired: Desired | undefined;
  release: Release | undefined;
};

/** An application that was rendered at least once. */
export type RenderedEntry = ReleaseEntry & { artifact: NonNullable<ReleaseEntry['artifact']> };

/**
 * What there is to do for a message. `apply` makes the cluster match the artifact, `judge` looks whether what was applied is healthy by
 * now, `check` looks for drift, `remove` deletes what Git no longer has, `hold` and `suspend` leave everything as it is and say so.
 */
export type RunDecision =
  | { do: 'nothing'; because: string }
  | { do: 'apply' | 'judge' | 'check'; entry: RenderedEntry }
  | { do: 'suspend' }
  | { do: 'hold'; problem: Problem }
  | { do: 'remove'; state: ApplicationState };

export function decideRun({ message, state, desired, release }: Situation): RunDecision {
  if (desired === undefined || release === undefined)
    return nothing('no revision of this environment was rendered yet');
  const entry = release.applications[message.application];
  if (entry === undefined) return decideRemoval(state, release);
  if (entry.settings.suspend) return state?.phase === 'suspended' ? nothing('it is suspended') : { do: 'suspend' };
  if (!isRendered(entry)) return nothing('no revision of this application was rendered yet');
  if (isApplied(state, entry)) return decideFollowUp(message, state, entry);
  return message.mode === 'check' && isSettled(state, entry) ? { do: 'check', entry } : { do: 'apply', entry };
}

const nothing = (because: string): RunDecision => ({ do: 'nothing', because });

const isRendered = (entry: ReleaseEntry): entry is RenderedEntry => entry.artifact !== undefined;

/** A release without any application is more likely a mistake than the wish to delete everything. */
function decideRemoval(state: ApplicationState | undefined, release: Release): RunDecision {
  if (state === undefined) return nothing('neither Git nor the cluster has it');
  if (Object.keys(release.applications).length > 0) return { do: 'remove', state };
  if (state.phase === 'held') return nothing('its removal is held');
  return { do: 'hold', problem: { message: 'this revision has no application at all, so nothing was deleted' } };
}

/** An artifact and the settings under which it is applied: another one is other work. */
export const workOf = (entry: ReleaseEntry | undefined) =>
  entry === undefined ? '' : hashOf({ artifact: entry.artifact?.digest, settings: entry.settings });

/** Applied and pruned to the end, under the settings of today. */
export function isApplied(state: ApplicationState | undefined, entry: RenderedEntry): state is ApplicationState {
  const { digest } = entry.artifact;
  return state?.artifact === digest && state.applied === digest && state.work === workOf(entry);
}

function decideFollowUp({ mode }: Reconciliation, state: ApplicationState, entry: RenderedEntry): RunDecision {
  if (mode === 'check') return { do: 'check', entry };
  return state.phase === 'healthy' ? nothing('it is applied and healthy already') : { do: 'judge', entry };
}

/** Tried to the end, and waiting for its next attempt: a look for drift in between doesn't try again. */
const isSettled = (state: ApplicationState | undefined, { artifact }: RenderedEntry) =>
  state?.artifact === artifact.digest && (state.phase === 'failed' || state.phase === 'held');
