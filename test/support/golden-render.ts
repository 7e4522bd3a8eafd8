import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFolderTree } from '../../cli/folder-tree.ts';
import type { FolderRequest } from '../../functions/renderer/render.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { aRequest } from './renderer.ts';

/** Folders of `test/golden/render`: `in` is a repository whose `app` is rendered to `expected.yaml`, or refused with `expected-errors.txt`. */
export const golden = join(import.meta.dirname, '../golden/render');

export const goldenCases = readdirSync(golden);

export function requestOf(name: string): FolderRequest {
  const file = join(golden, name, 'request.json');
  return aRequest(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
}

/** `in` alone is the repository: the checkout around it is left out. */
export async function treeOf(name: string): Promise<Tree> {
  const { tree, path } = await readFolderTree(join(golden, name, 'in'));
  const inside = <Value>(map: ReadonlyMap<string, Value>) =>
    new Map(
      [...map]
        .filter(([file]) => file.startsWith(`${path}/`))
        .map(([file, value]) => [file.slice(path.length + 1), value]),
    );
  return { files: inside(tree.files), refused: inside(tree.refused) };
}
