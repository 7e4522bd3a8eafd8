import type { ImagePolicy } from '../config/environment.ts';
import { type Choice, type Ordering, orderingOf } from './policy.ts';
import type { ImageVersion } from './ports.ts';
import type { ImageReference, Pin } from './reference.ts';

/** What becomes of one place in Git where an image stands. `keep` leaves it alone although something is to be said about it. */
export type Verdict = { action: 'pin'; pin: Pin } | { action: 'current' } | { action: 'keep'; reason: string };

export type Question = {
  /** What stands in Git. */
  current: ImageReference;
  policy: ImagePolicy;
  /** What `latest` chose. */
  choice: Choice;
  /** The version that we wrote here last, if history knows one. */
  written?: { tag: string; commit: string } | undefined;
};

/**
 * Decides about one image in Git. Never lowers a version, never follows a tag that was pushed again, never undoes what a person wrote.
 */
export function judgeImage({ current, policy, choice, written }: Question): Verdict {
  if (choice.outcome === 'none') return keep(choice.reason);
  const ordering = orderingOf(policy);
  const { version } = choice;
  if (current.tag === version.tag) return judgeSameTag(current, version);
  const reason =
    reasonInCurrent(current, version, ordering) ?? reasonInHistory(current.tag, version.tag, ordering, written);
  return reason === undefined ? { action: 'pin', pin: pinOf(current, version) } : keep(reason);
}

const keep = (reason: string): Verdict => ({ action: 'keep', reason });

const pinOf = ({ repository }: ImageReference, { tag, digest }: ImageVersion): Pin => ({ repository, tag, digest });

function judgeSameTag(current: ImageReference, version: ImageVersion): Verdict {
  if (current.digest === undefined) return { action: 'pin', pin: pinOf(current, version) };
  if (current.digest === version.digest) return { action: 'current' };
  return keep(
    `the tag ${version.tag} now has the digest ${version.digest}, but a version's tag should never change: ${current.digest} stays pinned`,
  );
}

/** A tag without digest that isn't a version (`latest`) is what automation was asked to replace; with a digest, a person chose it. */
function reasonInCurrent(
  { tag, digest }: ImageReference,
  version: ImageVersion,
  ordering: Ordering,
): string | undefined {
  const order = tag === undefined ? undefined : ordering.compare(tag, version.tag);
  if (tag === undefined || order === undefined)
    return digest === undefined
      ? undefined
      : `${tag ?? digest} was pinned by hand, and ${ordering.description} says nothing about it`;
  const exclusion = ordering.exclusion(tag);
  if (exclusion !== undefined) return `${tag} ${exclusion}: somebody has to change the one or the other`;
  if (order === 0) return `${tag} and ${version.tag} are the same version`;
  return order > 0 ? `${tag} is newer than ${version.tag}, the newest one that the registry has` : undefined;
}

/** Where something else stands than what we wrote last, a person changed it: that version and older ones don't come back by themselves. */
function reasonInHistory(
  current: string | undefined,
  chosen: string,
  ordering: Ordering,
  written: Question['written'],
): string | undefined {
  if (written === undefined || current === undefined || current === written.tag) return undefined;
  const order = ordering.compare(chosen, written.tag);
  if (order === undefined || order > 0) return undefined;
  return `a person replaced ${written.tag} (commit ${written.commit.slice(0, 8)}) by ${current}: held until there is a version newer than ${written.tag}`;
}
