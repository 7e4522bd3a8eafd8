import type { ImagePolicy } from '../config/environment.ts';
import { followsTags, orderingOf } from './ordering-of.ts';
import type { Candidate, Ordering } from './policies/ordering.ts';
import type { Choice } from './policy.ts';
import type { ImageVersion } from './ports.ts';
import type { ImageReference, Pin } from './reference.ts';

/** What becomes of one place in Git where an image stands. `keep` leaves it alone although something is to be said about it. */
export type Verdict =
  | { action: 'pin'; pin: Pin }
  | { action: 'current' }
  | { action: 'keep'; reason: string; held?: Held };

/** The commit of ours after which a person took the version back, or pinned one of their own that the policy doesn't know. */
export type Held = { commit: string; as: 'reverted' | 'pinned' };

type Written = { tag: string; digest?: string; commit: string; at: Date; resumed?: string };

export type Question = {
  /** What stands in Git. */
  current: ImageReference;
  policy: ImagePolicy;
  /** What `latest` chose. */
  choice: Choice;
  /** The version that we wrote here last, if history knows one. */
  written?: Written | undefined;
};

/**
 * Decides about one image in Git. Never lowers a version, follows a tag that was pushed again only where the policy says so, never undoes what a
 * person wrote.
 */
export function judgeImage({ current: standing, policy, choice, written }: Question): Verdict {
  if (choice.outcome === 'none') return keep(choice.reason);
  const { version } = choice;
  const current = withTag(standing, choice);
  if (current.tag === version.tag)
    return followsTags(policy) ? judgeMovedTag(current, version, written) : judgeSameTag(current, version, written);
  const sight = { version, ordering: orderingOf(policy), known: knownIn(choice) };
  const chosen = reasonInCurrent(current, sight);
  if (chosen !== undefined) return keptAsChosen(chosen, current, written);
  return judgeHistory(current.tag, sight, written) ?? { action: 'pin', pin: pinOf(current, version) };
}

/** The same where another environment's version is wanted, be it newer or older. What a person took back isn't proposed again. */
export function judgePromoted({ current, choice, written }: Question): Verdict {
  if (choice.outcome === 'none') return keep(choice.reason);
  const { version } = choice;
  if (current.tag === version.tag && current.digest === version.digest) return { action: 'current' };
  if (!isWritten(version, written)) return { action: 'pin', pin: pinOf(current, version) };
  const is = current.tag ?? current.digest ?? 'no version';
  return hold(written, { was: version.tag, is, until: 'another version is promoted' });
}

/** Where only a digest stands, the registry may know which version it is. */
function withTag(current: ImageReference, choice: Choice & { outcome: 'chosen' }): ImageReference {
  if (current.tag !== undefined || current.digest === undefined) return current;
  const all = [choice.version, ...choice.excluded.map(({ version }) => version)];
  const tag = all.find(({ digest }) => digest === current.digest)?.tag;
  return tag === undefined ? current : { ...current, tag };
}

type Sight = { version: ImageVersion; ordering: Ordering; known: (tag: string) => Candidate };

/** What the registry knows of a tag in Git, e.g. when it was pushed. */
const knownIn =
  ({ excluded }: Choice) =>
  (tag: string): Candidate =>
    excluded.find(({ version }) => version.tag === tag)?.version ?? { tag };

const keep = (reason: string): Verdict => ({ action: 'keep', reason });

type Taken = { was: string; is: string; until: string };

/** It may have been reverted, replaced by hand, or never merged. */
const hold = (written: Written, { was, is, until }: Taken): Verdict => ({
  action: 'keep',
  reason: `a person took back ${was} (${where(written)}), and ${is} stands there: held until ${until}`,
  held: { commit: written.commit, as: 'reverted' },
});

const where = ({ commit }: Written) =>
  commit.startsWith('#') ? `pull request ${commit}` : `commit ${commit.slice(0, 8)}`;

const pinOf = ({ repository }: ImageReference, { tag, digest }: ImageVersion): Pin => ({ repository, tag, digest });

function judgeSameTag(current: ImageReference, version: ImageVersion, written: Question['written']): Verdict {
  if (current.digest === undefined && isWritten(version, written))
    return hold(written, {
      was: `${version.tag}@${written.digest}`,
      is: version.tag,
      until: 'there is a newer version',
    });
  if (current.digest === undefined) return { action: 'pin', pin: pinOf(current, version) };
  if (current.digest === version.digest) return { action: 'current' };
  return keep(
    `the tag ${version.tag} now has the digest ${version.digest}, but a version's tag should never change: ${current.digest} stays pinned`,
  );
}

/** Whether this is exactly what we wrote last. */
const isWritten = (version: ImageVersion, written: Question['written']): written is Written =>
  written?.tag === version.tag && written.digest === version.digest;

function judgeMovedTag(current: ImageReference, version: ImageVersion, written: Question['written']): Verdict {
  if (current.digest === version.digest) return { action: 'current' };
  if (!isWritten(version, written)) return { action: 'pin', pin: pinOf(current, version) };
  const { tag, digest } = version;
  return hold(written, { was: digest, is: current.digest ?? tag, until: `the tag ${tag} has another digest` });
}

/** What a person put in the place of ours is told there; what was never ours, and what is newer, is in the log only. */
function keptAsChosen({ reason, isOdd }: Chosen, current: ImageReference, written: Question['written']): Verdict {
  if (!isOdd || written === undefined || written.tag === current.tag) return keep(reason);
  return { action: 'keep', reason, held: { commit: written.commit, as: 'pinned' } };
}

type Chosen = { reason: string /** The policy would never choose it. */; isOdd: boolean };

/** A tag without digest that isn't a version (`latest`) is what automation was asked to replace; with a digest, a person chose it. */
function reasonInCurrent({ tag, digest }: ImageReference, { version, ordering, known }: Sight): Chosen | undefined {
  const order = tag === undefined ? undefined : ordering.compare(known(tag), version);
  if (tag === undefined || order === undefined)
    return digest === undefined
      ? undefined
      : {
          reason: `${tag ?? digest} was pinned by hand, and ${ordering.description} says nothing about it`,
          isOdd: true,
        };
  const exclusion = ordering.exclusion(known(tag));
  if (exclusion !== undefined)
    return { reason: `${tag} ${exclusion}: somebody has to change the one or the other`, isOdd: true };
  if (order < 0) return undefined;
  if (order === 0) return { reason: `${tag} and ${version.tag} are the same version`, isOdd: false };
  return { reason: `${tag} is newer than ${version.tag}, the newest one that is allowed`, isOdd: false };
}

/**
 * Where something else stands than what we wrote last, a person changed it: that version and older ones don't come back by themselves. One that
 * the registry doesn't have any more was pushed before we wrote it.
 */
function judgeHistory(
  current: string | undefined,
  { version, ordering, known }: Sight,
  written: Question['written'],
): Verdict | undefined {
  if (written === undefined || current === undefined || current === written.tag) return undefined;
  const order = ordering.compare(version, { pushedAt: written.at, ...known(written.tag) });
  if (order === undefined || order > 0) return undefined;
  return hold(written, { was: written.tag, is: current, until: `there is a version newer than ${written.tag}` });
}
