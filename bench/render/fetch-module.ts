import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import type { Tree } from '../../shared/tree/tree.ts';
import type { Project } from './projects.ts';

const run = promisify(execFile);

/**
 * Has Go fetch a module (or takes it from Go's cache) and writes what isn't code into a folder.
 *
 * @throws Error if there is no `go`, or the module proxy doesn't have the module
 */
export async function fetchModule({ module, version }: Project, folder: string): Promise<Tree> {
  const archive = await readFile(await archiveOf(`${module}@${version}`));
  const prefix = `${module}@${version}/`;
  const isWanted = ({ name, originalSize }: { name: string; originalSize: number }) =>
    !/\.(go|png|svg|md)$/.test(name) && !name.endsWith('/') && originalSize < 5_000_000;
  const unpacked = Object.entries(unzipSync(archive, { filter: isWanted }));
  const files = new Map(unpacked.map(([path, bytes]) => [path.slice(prefix.length), bytes]));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return { files, refused: new Map() };
}

/** Go names the archive even of a module that a newer Go would have to build. */
async function archiveOf(module: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', module]).catch(
    (error) => error as { stdout: string },
  );
  const { Zip, Error: reason } = JSON.parse(stdout || '{}') as { Zip?: string; Error?: string };
  if (Zip === undefined) throw new Error(`${module} can't be had: ${reason ?? 'is Go installed?'}`);
  return Zip;
}
