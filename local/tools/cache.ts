import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { guardFolder, releaseFolder } from './guardian.ts';

/**
 * Where things that are expensive to make are kept between runs: `$XDG_CACHE_HOME/plumbline`, or the platform's
 * own place for caches. Deleting it costs time, nothing else.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  const xdg = env.XDG_CACHE_HOME;
  // The specification says that a relative path is to be ignored.
  if (xdg?.startsWith('/')) return join(xdg, 'plumbline');
  return join(homedir(), platform === 'darwin' ? 'Library/Caches' : '.cache', 'plumbline');
}

/** One folder of the cache. `key` must name everything that its content depends on. */
export type CacheEntry = { kind: string; key: string; env?: NodeJS.ProcessEnv };

/** The folder of a finished entry, or undefined if nobody has made it yet. */
export async function findCached({ kind, key, env }: CacheEntry): Promise<string | undefined> {
  const folder = join(cacheFolder(env), kind, key);
  return access(folder).then(
    () => folder,
    () => undefined,
  );
}

/**
 * The folder of an entry, made by `fill` if it isn't there.
 *
 * It is filled beside its place and then renamed, so that a killed run leaves nothing half made, and two runs at
 * once do the work twice and harm nothing.
 */
export async function cached(entry: CacheEntry, fill: (folder: string) => Promise<void>): Promise<string> {
  const found = await findCached(entry);
  if (found !== undefined) return found;
  const folder = join(cacheFolder(entry.env), entry.kind, entry.key);
  const draft = `${folder}.${randomUUID()}.draft`;
  guardFolder(draft);
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    await rename(draft, folder).catch(keepTheirs(entry));
  } finally {
    await rm(draft, { recursive: true, force: true });
    releaseFolder(draft);
  }
  return folder;
}

/** A folder that is already there was made by another run meanwhile, whole, from the same key. */
function keepTheirs(entry: CacheEntry): (error: unknown) => Promise<void> {
  return async (error) => {
    if ((await findCached(entry)) === undefined) throw error;
  };
}
