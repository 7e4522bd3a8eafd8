import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder that only this user can read. */
export type Workspace = {
  folder: string;
  /** Writes files by their path inside the folder. Paths come from a `Tree`, so none can leave it. */
  write(files: Iterable<readonly [path: string, content: string | Uint8Array]>): Promise<void>;
};

/** Hands a fresh temporary folder to `work`, and removes it with all that is in it afterwards, however that ends. */
export async function inWorkspace<Result>(work: (workspace: Workspace) => Promise<Result>): Promise<Result> {
  // kubectl compares real paths: on macOS the temporary folder is behind a link.
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'plumbline-render-'));
  try {
    await mkdir(join(folder, 'home'), { mode: 0o700 });
    return await work({ folder, write: (files) => writeAll(folder, files) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeAll(folder: string, files: Iterable<readonly [string, string | Uint8Array]>): Promise<void> {
  const contents = [...files].map(([path, content]) => [join(folder, path), content] as const);
  for (const parent of new Set(contents.map(([path]) => dirname(path)))) await mkdir(parent, { recursive: true });
  await Promise.all(contents.map(([path, content]) => writeFile(path, content, { mode: 0o600 })));
}
