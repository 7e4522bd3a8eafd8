import type { ImageVersion } from '../ports.ts';

/** A version that may not be in the registry any more: of what stands in Git, only the tag is certain. */
export type Candidate = Pick<ImageVersion, 'tag'> & Partial<ImageVersion>;

/** What every kind of policy knows: which versions count, and which of two is the newer one. */
export type Ordering = {
  /** Why a version can't be chosen, or undefined if it can. */
  exclusion(candidate: Candidate): string | undefined;
  /** Positive if `one` is newer than `other`; undefined if they can't be compared. */
  compare(one: Candidate, other: Candidate): number | undefined;
  /** The policy in a few words, for messages. */
  description: string;
};

/** A version as a kind of policy sees it: `key` is what it is compared by, `excluded` why it can't be chosen. */
export type Reading<Key> = { key: Key; excluded?: string } | { key?: undefined; excluded: string };

export type Kind<Key> = {
  description: string;
  /** @param text the tag, or what the filter extracts from it */
  read(text: string, candidate: Candidate): Reading<Key>;
  /** Positive if `one` is newer. */
  compare(one: Key, other: Key): number;
};

/** @param extract what is to be read of a tag; undefined where the filter doesn't take it */
export function orderingBy<Key>(kind: Kind<Key>, extract: (tag: string) => string | undefined): Ordering {
  const read = (candidate: Candidate): Reading<Key> => {
    const text = extract(candidate.tag);
    return text === undefined ? { excluded: 'does not match the filter' } : kind.read(text, candidate);
  };
  return {
    description: kind.description,
    exclusion: (candidate) => read(candidate).excluded,
    compare(one, other) {
      const [{ key }, { key: otherKey }] = [read(one), read(other)];
      return key === undefined || otherKey === undefined ? undefined : kind.compare(key, otherKey);
    },
  };
}
