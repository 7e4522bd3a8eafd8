import { type Release, releaseSchema } from './release.ts';
import type { ObjectStore } from './store.ts';

export type ReadRelease = (key: string) => Promise<Release>;

/** Reads releases and keeps the last few: a release never changes under its key. */
export function createReadRelease(objects: Pick<ObjectStore, 'get'>, keep = 20): ReadRelease {
  const cache = new Map<string, Release>();
  return async (key) => {
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const release = releaseSchema.parse(JSON.parse(new TextDecoder().decode(await objects.get(key))));
    cache.set(key, release);
    for (const oldest of [...cache.keys()].slice(0, -keep)) cache.delete(oldest);
    return release;
  };
}
