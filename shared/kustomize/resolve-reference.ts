import { posix } from 'node:path';
import { hasFolder, isUnder, type Tree } from '../tree/tree.ts';
import type { Reference } from './references.ts';
import { isRemote } from './remote.ts';

/** What a reference leads to: a file or folder of the tree, text that stands in the reference itself, or why it is refused. */
export type Resolved = { file: string } | { folder: string } | { text: string } | { fault: string };

/** Finds what a reference in a kustomization of `folder` leads to. Whatever isn't in the tree is refused: nothing may be left to fetch. */
export function resolveReference({ kind, value }: Reference, folder: string, tree: Tree): Resolved {
  if (typeof value !== 'string') return { fault: 'must be the path of a file or folder in the repository' };
  if ((kind === 'plugin' || kind === 'manifests') && /[\n{]/.test(value)) return { text: value };
  const target = kind === 'data' ? value.slice(value.indexOf('=') + 1) : value;
  if (isRemote(target)) {
    return { fault: `is a remote address (${printable(target)}); copy what it has into the repository` };
  }
  if (target.startsWith('/')) return { fault: `must be relative; found ${printable(target)}` };
  const path = posix.normalize(posix.join(folder, target)).replace(/\/$/, '');
  if (path === '..' || path.startsWith('../')) return { fault: `leaves the repository; found ${printable(target)}` };
  if (tree.files.has(path) && kind !== 'folder') {
    return isUnder(path, folder) ? { file: path } : { fault: `${outside}; found ${printable(target)}` };
  }
  const mayBeFolder = kind === 'folder' || kind === 'resource' || kind === 'plugin';
  return mayBeFolder && hasFolder(tree, path) ? { folder: path } : { fault: missing(tree, target, path) };
}

const outside = 'must be in or below the folder of its kustomization, where alone kustomize reads files';

function missing({ refused }: Tree, target: string, path: string): string {
  const reason = [...refused].find(([name]) => isUnder(path, name))?.[1];
  return reason === undefined ? `is not in the repository: ${printable(target)}` : `${printable(target)} ${reason}`;
}

const printable = (text: string) => JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120));
