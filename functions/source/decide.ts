import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import { workOf } from '../../shared/state/standing.ts';
import type { Attempt } from '../../shared/state/types.ts';

type Look = {
  head: string;
  /** Digest of everything beside the commit that a rendering depends on. */
  basis: string;
  attempt: Attempt | undefined;
  now: Date;
};

/**
 * A head that was seen to the end, under the same settings, needs no second look; one that was interrupted does, and one of which something
 * failed that may pass by itself, when it is time.
 */
export function isSettled({ head, basis, attempt, now }: Look): boolean {
  if (attempt?.revision !== head || attempt.outcome === 'pending' || attempt.basis !== basis) return false;
  return attempt.again === undefined || now < new Date(attempt.again.at);
}

const minutes = { first: 5, longest: 60 };

/** What failed before, and may pass by itself, is not worth another try yet, whatever else a new head brings. */
export const isWaiting = ({ basis, attempt, now }: Look): boolean =>
  attempt?.again !== undefined && attempt.basis === basis && now < new Date(attempt.again.at);

/** When to look again at a head of which something failed that may pass by itself: less and less often. */
export function lookAgain(look: Look): NonNullable<Attempt['again']> {
  const { head, basis, attempt, now } = look;
  if (attempt?.again !== undefined && isWaiting(look)) return attempt.again;
  const isSame = attempt?.revision === head && attempt.basis === basis;
  const count = 1 + (isSame ? (attempt.again?.attempt ?? 0) : 0);
  const wait = Math.min(minutes.longest, minutes.first * 2 ** (count - 1));
  return { at: new Date(now.getTime() + wait * 60_000).toISOString(), attempt: count };
}

/** The applications that the cluster has to hear of: another artifact, other settings, new, or gone. */
export function changedApplications(previous: Release | undefined, next: Release): string[] {
  const before = previous?.applications ?? {};
  const changed = Object.entries(next.applications).filter(
    ([name, entry]) => entry.artifact !== undefined && !sameWork(before[name], entry),
  );
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(next.applications, name));
  return [...changed.map(([name]) => name), ...gone];
}

/** What was stored lacks the settings that are undefined. */
function sameWork(before: ReleaseEntry | undefined, after: ReleaseEntry): boolean {
  return before?.artifact?.digest === after.artifact?.digest && workOf(before) === workOf(after);
}
