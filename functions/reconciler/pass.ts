import type { Measurement } from '../../shared/lambda/metrics.ts';
import type { FailureKind } from '../../shared/metrics.ts';
import type { ApplicationState, Desired, DriftedField } from '../../shared/state/types.ts';
import type { RunDecision } from './decide-run.ts';

/** One pass over one application: what was done, and how the application stood before and after it. */
export type Pass = {
  did: RunDecision['do'];
  desired: Desired;
  before: ApplicationState | undefined;
  after: ApplicationState;
  milliseconds: number;
  failure: FailureKind | undefined;
};

type Context = {
  now: Date;
  /** How long after a repair the same difference counts as coming back, in seconds. */
  memorySeconds: number;
};

/** An image that was pushed longer ago than this was chosen for another reason: by a policy that changed, or under a second tag. */
const oldestPushSeconds = 86_400;

/** What a pass is measured by. A look that finds all well says nothing: there are many of them. */
export function measurementsOf(pass: Pass, context: Context): Measurement[] {
  const { did, after } = pass;
  const { environment, application, revision, phase } = after;
  const details = { environment, application, revision, did, phase };
  const values = { ...workIn(pass), ...driftIn(pass, context), ...pushIn(pass, context) };
  const kind = failureOf(pass);
  return [
    ...(Object.keys(values).length > 0 ? [{ values, details }] : []),
    ...(kind === undefined ? [] : [{ values: { Failures: 1 }, dimensions: { kind }, details }]),
  ];
}

/** A pass that did what it was for. A rollout that still goes on is none of its failures. */
export const isSuccess = ({ did, after }: Pass): boolean =>
  ['apply', 'judge', 'check', 'remove'].includes(did) && ['healthy', 'progressing', 'removed'].includes(after.phase);

function workIn({ did, after, milliseconds }: Pass): Measurement['values'] {
  if (did !== 'apply' && did !== 'remove') return {};
  const { changed, pruned } = after.counts;
  return { ReconcileSeconds: milliseconds / 1000, ObjectsChanged: changed + pruned };
}

function driftIn({ did, before, after }: Pass, { memorySeconds }: Context): Measurement['values'] {
  const { drift } = after;
  if (did !== 'check' || drift === undefined || drift.at === before?.drift?.at) return {};
  const isRecent = secondsBetween(before?.drift?.at, new Date(drift.at)) <= memorySeconds;
  const known = new Set((isRecent ? (before?.drift?.differences ?? []) : []).filter(isCorrected).map(placeOf));
  const repeated = drift.differences.filter((each) => isCorrected(each) && known.has(placeOf(each))).length;
  return { DriftFound: drift.differences.length, ...(repeated > 0 && { RepeatedDrift: repeated }) };
}

const isCorrected = ({ corrected }: DriftedField) => corrected;
const placeOf = ({ object, field }: DriftedField) => `${object} ${field}`;

/** Told once for each artifact: when it has been applied whole for the first time. */
function pushIn({ did, desired, before, after }: Pass, { now }: Context): Measurement['values'] {
  if (did !== 'apply' || after.applied === undefined || after.applied === before?.applied) return {};
  const seconds = secondsBetween(desired.pushedAt, now);
  return seconds <= oldestPushSeconds ? { PushToAppliedSeconds: Math.max(0, seconds) } : {};
}

const secondsBetween = (from: string | undefined, to: Date) =>
  from === undefined ? Number.POSITIVE_INFINITY : (to.getTime() - new Date(from).getTime()) / 1000;

/** A rollout that took too long was waited for: nothing was found to be wrong with it before. */
function failureOf({ failure, after: { phase } }: Pass): FailureKind | undefined {
  if (phase === 'held') return 'held';
  return phase === 'failed' ? (failure ?? 'unhealthy') : undefined;
}
