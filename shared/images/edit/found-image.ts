import type { Problem } from '../../problem.ts';
import type { ImageReference } from '../reference.ts';

/**
 * Where a value goes: it replaces the characters from `start` to `end` of the file's text, between `before` and `after`.
 * `plain` values stand there without quotes, so one that YAML would take for a number gets its own.
 */
export type Slot = { start: number; end: number; before: string; after: string; plain: boolean };

/** One place in a file where a tracked image stands, and where its parts are written. Offsets count UTF-16 units of the decoded text. */
export type FoundImage = {
  file: string;
  /** From 1. */
  line: number;
  /** `Deployment example/web`; absent in a kustomization. */
  object?: string;
  current: ImageReference;
  slots: { reference: Slot } | { tag: Slot; digest: Slot };
};

export type Found = {
  images: FoundImage[];
  /** Tracked repositories for which a kustomization has an entry: it decides about the images of the manifests below it. */
  overrides: string[];
  /** Tracked images that can't be changed byte by byte, and why. */
  problems: Problem[];
};
