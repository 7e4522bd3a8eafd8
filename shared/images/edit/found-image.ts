import type { Problem } from '../../problem.ts';
import type { ImageReference } from '../reference.ts';

/**
 * Where a value goes: it replaces the characters from `start` to `end` of the file's text, between `before` and `after`.
 * `plain` values stand there without quotes, so one that YAML would take for a number gets its own.
 */
export type Slot = { start: number; end: number; before: string; after: string; plain: boolean };

/** All of a pin, or what of it stands in a field of its own. */
export type Part = 'reference' | 'repository' | 'tag' | 'digest';

/** Where the parts of a pin are written: all of it in one value, or each in a field of its own, as far as there are such fields. */
type Slots = Partial<Record<Part, Slot>> & {
  /** Instead of the others: nothing stands there yet. */
  entry?: NewEntry;
};

/** What stands around a value that is written anew. */
export type Field = Omit<Slot, 'start' | 'end'>;

/** An entry that is added to a list. Those that are added at one place share what stands `before`, `between` and `after` them. */
export type NewEntry = {
  at: number;
  before: string;
  between: string;
  after: string;
  /** In this order; a digest that isn't known is left out. */
  fields: { name: Field; tag: Field; digest: Field };
  end: string;
};

/** One place in a file where a tracked image stands. Offsets count UTF-16 units of the decoded text. */
export type FoundImage = {
  file: string;
  /** From 1. */
  line: number;
  /** Those of the fields that it has. */
  lines?: number[];
  /** `Deployment example/web`, for a workload. */
  object?: string;
  by: 'workload' | 'kustomization' | 'values' | 'marker';
  /** The name in its marker. */
  rule?: string;
  current: ImageReference;
  slots: Slots;
};

export type Found = {
  images: FoundImage[];
  /** Tracked repositories for which a kustomization has an entry: it decides about the images of the manifests below it. */
  overrides: string[];
  /** Tracked images that can't be changed byte by byte, and why. */
  problems: Problem[];
};

/** Sorts what was found at single places. */
export function foundOf(places: readonly (FoundImage | Problem | undefined)[], overrides: string[] = []): Found {
  return {
    images: places.flatMap((place) => (place !== undefined && 'slots' in place ? [place] : [])),
    overrides,
    problems: places.flatMap((place) => (place !== undefined && 'message' in place ? [place] : [])),
  };
}
