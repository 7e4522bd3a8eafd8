import type { Problem } from '../problem.ts';

/** The files of a repository at one revision, in memory: nothing of it is ever written to a disk as it came. */
export type Tree = {
  /** Regular files by path relative to the repository's root, with `/`. */
  files: ReadonlyMap<string, Uint8Array>;
  /**
   * What is in the repository but not among `files`, by path, and why: links, submodules, files that are too large.
   * It does no harm as long as no application needs it.
   */
  refused: ReadonlyMap<string, string>;
};

/** Whether `path` is `folder` or lies in it; `.` is the root. */
export const isUnder = (path: string, folder: string): boolean =>
  folder === '.' || path === folder || path.startsWith(`${folder}/`);

/** The paths of all files in `folder`, at any depth, in a stable order. `.` is the root. */
export function filesUnder({ files }: Tree, folder: string): string[] {
  return [...files.keys()].filter((path) => isUnder(path, folder)).sort();
}

export const hasFolder = ({ files }: Tree, folder: string): boolean =>
  folder === '.' || files.keys().some((path) => path.startsWith(`${folder}/`));

/** What was refused in `folder`, or above it where a whole folder was (a submodule): an application that needs it can't be rendered whole. */
export function refusedUnder({ refused }: Tree, folder: string): Problem[] {
  return [...refused]
    .filter(([path]) => isUnder(path, folder) || isUnder(folder, path))
    .map(([file, message]) => ({ file, message }));
}
