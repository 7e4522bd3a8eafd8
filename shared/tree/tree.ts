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
  const paths = inOrder(files);
  if (folder === '.') return [...paths];
  const begin = firstFrom(paths, `${folder}/`);
  let end = begin;
  while (paths[end]?.startsWith(`${folder}/`)) end += 1;
  return [...(files.has(folder) ? [folder] : []), ...paths.slice(begin, end)];
}

export const hasFolder = ({ files }: Tree, folder: string): boolean => {
  const paths = inOrder(files);
  return folder === '.' || paths[firstFrom(paths, `${folder}/`)]?.startsWith(`${folder}/`) === true;
};

const ordered = new WeakMap<Tree['files'], readonly string[]>();

/** A thousand applications ask for their folders in a hundred thousand files: the paths are put in order once, since a tree never changes. */
function inOrder(files: Tree['files']): readonly string[] {
  const paths = ordered.get(files) ?? [...files.keys()].sort();
  ordered.set(files, paths);
  return paths;
}

/** The index of the first path that doesn't come before `prefix`, by bisection. */
function firstFrom(paths: readonly string[], prefix: string): number {
  let [low, high] = [0, paths.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((paths[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What was refused in `folder`, or above it where a whole folder was (a submodule): an application that needs it can't be rendered whole. */
export function refusedUnder({ refused }: Tree, folder: string): Problem[] {
  return [...refused]
    .filter(([path]) => isUnder(path, folder) || isUnder(folder, path))
    .map(([file, message]) => ({ file, message }));
}
