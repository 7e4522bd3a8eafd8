import type { ArtifactObject } from '../../../shared/artifacts/artifact.ts';
import { type InventoryEntry, keyOfEntry } from '../../../shared/artifacts/inventory.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import type { ObjectStore } from '../../../shared/artifacts/store.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { hookOf } from '../../../shared/kubernetes/hooks.ts';
import type { ApplicationName } from '../../../shared/kubernetes/names.ts';
import type { Resources } from '../../../shared/kubernetes/resource.ts';
import { identityKey, identityOf } from '../../../shared/manifests/object.ts';
import { readArtifact } from '../read-artifact.ts';

/** The applications of a release that have an object, by the object's key. */
type Holders = ReadonlyMap<string, readonly string[]>;
export type ReadHolders = (release: Release, resources: Resources) => Promise<Holders>;

const artifactsAtOnce = 16;

/** Reads what all applications of a release have, and keeps it with the release: many may be removed by one. */
export function createReadHolders(objects: Pick<ObjectStore, 'get'>): ReadHolders {
  const kept = new WeakMap<Release, Promise<Holders>>();
  return (release, resources) => {
    const known = kept.get(release);
    if (known !== undefined) return known;
    const found = readHolders(release, resources, objects);
    kept.set(release, found);
    found.catch(() => kept.delete(release));
    return found;
  };
}

async function readHolders(
  { environment, applications }: Release,
  resources: Resources,
  objects: Pick<ObjectStore, 'get'>,
): Promise<Holders> {
  const holders = new Map<string, string[]>();
  await mapConcurrently(Object.entries(applications), artifactsAtOnce, async ([name, { artifact, settings }]) => {
    if (artifact === undefined) return;
    const held = await readArtifact(environment, artifact.digest, objects);
    for (const key of keysOf(held, settings.namespace, resources)) {
      const others = holders.get(key);
      if (others === undefined) holders.set(key, [name]);
      else others.push(name);
    }
  });
  return holders;
}

function keysOf(held: readonly ArtifactObject[], defaultNamespace: string, resources: Resources): string[] {
  const own = held.filter(({ object }) => hookOf(object) === undefined);
  return own.map(({ object }) => {
    const isNamespaced = resources.findAny(object.apiVersion, object.kind)?.namespaced ?? true;
    const namespace = isNamespaced ? object.metadata.namespace || defaultNamespace : '';
    return identityKey({ ...identityOf(object), namespace });
  });
}

/** The other application that has, by the same release, an object which this one gives up. Undefined: none has. */
export type FindHeir = (entry: InventoryEntry) => Promise<string | undefined>;

type Options = {
  name: ApplicationName;
  resources: Resources;
  readHolders: ReadHolders;
  /** Undefined if nothing is desired any more. */
  readRelease(): Promise<Release | undefined>;
};

/** Reads the release, and who has what, when it is first asked: most passes give up nothing. */
export function createFindHeir({ name, resources, readHolders, readRelease }: Options): FindHeir {
  let holders: Promise<Holders> | undefined;
  const read = async (): Promise<Holders> => {
    const release = await readRelease();
    return release === undefined ? new Map() : readHolders(release, resources);
  };
  return async (entry) => {
    // Hooks come and go with each run of their own application.
    if (entry.hook === true) return undefined;
    holders ??= read();
    return (await holders).get(keyOfEntry(entry))?.find((each) => each !== name.application);
  };
}
