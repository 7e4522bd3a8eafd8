import { isDeepStrictEqual } from 'node:util';
import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import type { Attempt } from '../../shared/state/types.ts';

type Look = {
  head: string;
  /** Digest of everything beside the commit that a rendering depends on. */
  basis: string;
  attempt: Attempt | undefined;
};

/** A head that was seen to the end, under the same settings, needs no second look; one that was interrupted does. */
export function isSettled({ head, basis, attempt }: Look): boolean {
  return attempt?.revision === head && attempt.outcome !== 'pending' && attempt.basis === basis;
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

function sameWork(before: ReleaseEntry | undefined, after: ReleaseEntry): boolean {
  return before?.artifact?.digest === after.artifact?.digest && isDeepStrictEqual(before?.settings, after.settings);
}
