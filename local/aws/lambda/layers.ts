import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../../tools/cache.ts';

const run = promisify(execFile);

/** `zipfile` alone would lose the permissions, and kubectl couldn't be run. */
const unzip = `import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        path = archive.extract(entry, sys.argv[2])
        mode = entry.external_attr >> 16
        if mode and not entry.is_dir():
            os.chmod(path, mode & 0o777)`;

/** A layer's folder. A zip file is unpacked once; CDK names it by the hash of its content, and so does the cache. */
async function folderOf(layer: string, python: string): Promise<string> {
  if ((await stat(layer)).isDirectory()) return layer;
  const key =
    /[0-9a-f]{64}/.exec(basename(layer))?.[0] ??
    createHash('sha256')
      .update(await readFile(layer))
      .digest('hex');
  return cached({ kind: 'layer', key }, async (draft) => {
    await run(python, ['-c', unzip, layer, draft], { timeout: 120_000 });
  });
}

export type LayerOptions = {
  /** Folders and zip files, in the order of the function's layers. */
  layers: readonly string[];
  /** Folder that is made and filled with links. */
  target: string;
  /** A Python interpreter, to unpack with. */
  python: string;
  /** Files to be used instead of a layer's (path in `/opt` → file): where the layer's programs can't run. */
  overrides?: Readonly<Record<string, string>> | undefined;
};

/** Merges layers to one folder that stands for `/opt`; of two files at one path the later layer's stays, as in Lambda. */
export async function mergeLayers({ layers, target, python, overrides = {} }: LayerOptions): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const layer of layers) await linkTree(await folderOf(layer, python), target);
  for (const [path, file] of Object.entries(overrides)) await link(file, join(target, path));
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    await (entry.isDirectory() ? linkTree(source, target) : link(source, target));
  }
}

async function link(file: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  await symlink(file, target);
}
