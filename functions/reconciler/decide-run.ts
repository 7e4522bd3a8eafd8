import { isDeepStrictEqual } from 'node:util';
import type { Release } from '../../shared/artifacts/release.ts';
import type { Reconciliation } from '../../shared/events/messages.ts';
import type { Problem } from '../../shared/problem.ts';
import { awaited, type StateOf } from '../../shared/state/dependencies.ts';
import { isApplied, isRendered, type RenderedEntry } from '../../shared/state/standing.ts';
import type { ApplicationState, Desired } from '../../shared/state/types.ts';

export type Situation = {
  message: Reconciliation;
  state: ApplicationState | undefined;
  desired: Desired | undefined;
  release: Release | undefined;
  /** Of those that it depends on. */
  stateOf: StateOf;
};

/**
 * What there is to do for a message. `apply` makes the cluster match the artifact, `judge` looks whether what was applied is healthy by
 * now, `check` looks for drift, `remove` deletes what Git no longer has, `hold`, `suspend` and `wait` leave everything as it is and say so.
 */
export type RunDecision =
  | { do: 'nothing'; because: string }
  | { do: 'apply' | 'judge' | 'check'; entry: RenderedEntry }
  | { do: 'suspend' }
  | { do: 'wait'; problems: Problem[] }
  | { do: 'hold'; problem: Problem }
  | { do: 'remove'; state: ApplicationState };

export function decideRun({ message, state, desired, release, stateOf }: Situation): RunDecision {
  if (desired === undefined || release === undefined)
    return nothing('no revision of this environment was rendered yet');
  const entry = release.applications[message.application];
  if (entry === undefined) return decideRemoval(state, release);
  if (entry.settings.suspend) return state?.phase === 'suspended' ? nothing('it is suspended') : { do: 'suspend' };
  if (!isRendered(entry)) return nothing('no revision of this application was rendered yet');
  if (isApplied(state, entry)) return decideFollowUp(message, state, entry);
  if (message.mode === 'check' && isSettled(state, entry)) return { do: 'check', entry };
  const problems = isBegun(state, entry) ? [] : awaited(entry, release, stateOf);
  return problems.length > 0 ? decideWait({ message, state, desired, entry, problems }) : { do: 'apply', entry };
}

const nothing = (because: string): RunDecision => ({ do: 'nothing', because });

/** A release without any application is more likely a mistake than the wish to delete everything. */
function decideRemoval(state: ApplicationState | undefined, release: Release): RunDecision {
  if (state === undefined) return nothing('neither Git nor the cluster has it');
  if (Object.keys(release.applications).length > 0) return { do: 'remove', state };
  if (state.phase === 'held') return nothing('its removal is held');
  return { do: 'hold', problem: { message: 'this revision has no application at all, so nothing was deleted' } };
}

/** What was begun is brought to its end, whatever has become of its dependencies since. */
const isBegun = (state: ApplicationState | undefined, { artifact }: RenderedEntry) =>
  state?.artifact === artifact.digest && state.work === undefined && state.phase !== 'waiting';

type Waiting = Pick<Situation, 'message' | 'state'> & { desired: Desired; entry: RenderedEntry; problems: Problem[] };

/** What runs already is guarded in the meantime. Its state is written again only if it says something new. */
function decideWait({ message, state, desired, entry, problems }: Waiting): RunDecision {
  if (message.mode === 'check' && state?.applied !== undefined) return { do: 'check', entry };
  const isSaid = state?.phase === 'waiting' && state.sequence === desired.sequence;
  return isSaid && isDeepStrictEqual(state.problems, problems) ? nothing('it still waits') : { do: 'wait', problems };
}

function decideFollowUp({ mode }: Reconciliation, state: ApplicationState, entry: RenderedEntry): RunDecision {
  if (mode === 'check' || isHindered(state)) return { do: 'check', entry };
  return state.phase === 'healthy' ? nothing('it is applied and healthy already') : { do: 'judge', entry };
}

/** It may be drift that could not be put back: only a look at everything tells whether that has passed. */
const isHindered = ({ phase, next }: ApplicationState) => phase === 'failed' && next?.why === 'retry';

/** Tried to the end, and waiting for its next attempt: a look for drift in between doesn't try again. */
const isSettled = (state: ApplicationState | undefined, { artifact }: RenderedEntry) =>
  state?.artifact === artifact.digest && (state.phase === 'failed' || state.phase === 'held');
