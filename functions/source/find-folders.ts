import { posix } from 'node:path';
import type { Tree } from '../../shared/tree/tree.ts';
import { matchesWildcard } from '../../shared/wildcard.ts';

/** The folders with files that a pattern means, in order. `*` stands for any part of one folder's name; hidden folders are never meant by it. */
export function foldersMatching(tree: Tree, pattern: string): string[] {
  const parts = posix.normalize(pattern).split('/');
  return foldersOf(tree, parts.length).filter((folder) => {
    const names = folder.split('/');
    return parts.every((part, index) => matchesName(names[index] ?? '', part));
  });
}

const matchesName = (name: string, part: string) =>
  part.includes('*') ? (!name.startsWith('.') || part.startsWith('.')) && matchesWildcard(name, part) : name === part;

/** All folders that lie so deep. */
function foldersOf({ files }: Tree, depth: number): string[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const parts = path.split('/');
    if (parts.length > depth) folders.add(parts.slice(0, depth).join('/'));
  }
  return [...folders].sort();
}
