import { posix } from 'node:path';
import type { ImageRule } from '../../config/environment.ts';

/** What is looked for in files. */
export type Tracked = {
  /** As `registry/name`. */
  repositories: ReadonlySet<string>;
  /** Repositories by the names that markers give them. Undefined: whatever repository stands there. */
  markers: ReadonlyMap<string, string | undefined>;
  values: readonly ValuesPath[];
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

/** What a file has in which a marker may stand. */
export const markerWords = ({ markers }: Tracked): string[] =>
  markers.size > 0 ? ['"$imagepolicy"', '# plumbline'] : [];
