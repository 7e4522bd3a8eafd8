import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { MissingError } from '../shared/errors.ts';
import { foldedPath, pathFault } from '../shared/tree/entry-path.ts';
import { defaultTreeLimits, inMegabytes } from '../shared/tree/limits.ts';
import { submodulesOf } from '../shared/tree/submodules.ts';
import type { Tree } from '../shared/tree/tree.ts';

/** A folder as `renderFolder` takes it: the tree around it, and its path in there. */
export type FolderInTree = { tree: Tree; path: string; root: string };

/**
 * Reads a folder of this machine like a repository's archive. Inside a Git checkout the whole checkout is the tree, so that a base
 * beside the folder is found; elsewhere the folder itself is.
 *
 * @throws MissingError if there is no such folder
 */
export async function readFolderTree(folder: string): Promise<FolderInTree> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || !(await lstat(real)).isDirectory()) throw new MissingError(`there is no folder ${folder}`);
  const root = (await enclosingCheckout(real)) ?? real;
  const reading: Reading = { root, files: new Map(), refused: new Map(), names: new Map() };
  await readInto(root, reading);
  for (const [path, fault] of submodulesOf(reading.files)) reading.refused.set(path, fault);
  return { tree: reading, root, path: toPath(root, real) || '.' };
}

type Reading = {
  root: string;
  files: Map<string, Uint8Array>;
  refused: Map<string, string>;
  names: Map<string, string>;
};

async function enclosingCheckout(folder: string): Promise<string | undefined> {
  const isCheckout = await lstat(join(folder, '.git')).then(
    () => true,
    () => false,
  );
  if (isCheckout) return folder;
  return dirname(folder) === folder ? undefined : enclosingCheckout(dirname(folder));
}

const toPath = (root: string, path: string) => relative(root, path).split(sep).join('/');

/** What no repository has in it, and what would take long to read. */
const skipped = new Set(['.git', 'node_modules']);

async function readInto(folder: string, reading: Reading): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => !skipped.has(name))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await readInto(path, reading);
    else await take(path, entry.isFile(), reading);
  }
}

async function take(file: string, isFile: boolean, { root, files, refused, names }: Reading): Promise<void> {
  const path = toPath(root, file);
  const { size } = await lstat(file);
  const fault = isFile ? (sizeFault(size) ?? pathFault(path)) : 'is no regular file; only those are rendered';
  const other = names.get(foldedPath(path));
  names.set(foldedPath(path), path);
  if (fault !== undefined) refused.set(path, fault);
  else if (other !== undefined) refused.set(path, `has the same name as ${other} but for case; rename one of them`);
  else files.set(path, await readFile(file));
}

function sizeFault(size: number): string | undefined {
  const { fileBytes } = defaultTreeLimits;
  return size > fileBytes ? `is ${inMegabytes(size)} large; at most ${inMegabytes(fileBytes)} are read` : undefined;
}
