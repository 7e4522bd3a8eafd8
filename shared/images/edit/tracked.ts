import { posix } from 'node:path';
import type { ImageRule } from '../../config/environment.ts';
import { markerWords } from './marker-comments.ts';

/** What is looked for in files. */
export type Tracked = {
  /** As `registry/name`. */
  repositories: ReadonlySet<string>;
  /** Repositories by the names that markers give them. Undefined: whatever repository stands there. */
  markers: ReadonlyMap<string, string | undefined>;
  values: readonly ValuesPath[];
  /** Every rule that there is, also those that aren't looked at now: a marker that means none of them is told. Undefined: nobody asks. */
  known?: { names: ReadonlySet<string>; repositories: ReadonlySet<string> };
};

/** Where in a Helm values file an image stands: the keys to it, joined by dots. */
export type ValuesPath = { file: string; path: string; repository: string };

/** @param folder of the `environment.yaml` that has the rules */
export function trackedBy(rules: readonly ImageRule[], folder: string): Tracked {
  return {
    repositories: new Set(rules.map(({ repository }) => repository)),
    markers: new Map(rules.flatMap(({ name, repository }) => (name === undefined ? [] : [[name, repository]]))),
    values: rules.flatMap(({ helmValues, repository }) =>
      helmValues.map(({ file, path }) => ({ file: posix.join(folder, file), path, repository })),
    ),
  };
}

/** Lets markers be told that mean none of the rules. */
export const knowing = (tracked: Tracked, every: readonly ImageRule[]): Tracked => ({
  ...tracked,
  known: {
    names: new Set(every.flatMap(({ name }) => name ?? [])),
    repositories: new Set(every.map(({ repository }) => repository)),
  },
});

/** What a file has in which a marker stands that somebody asks for. */
export const wordsOf = ({ markers, known }: Tracked): readonly string[] =>
  markers.size > 0 || known !== undefined ? markerWords : [];
