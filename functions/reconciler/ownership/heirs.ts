import type { ArtifactObject } from '../../../shared/artifacts/artifact.ts';
import { type InventoryEntry, keyOfEntry } from '../../../shared/artifacts/inventory.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { hookOf } from '../../../shared/kubernetes/hooks.ts';
import type { ApplicationName } from '../../../shared/kubernetes/names.ts';
import type { Resources } from '../../../shared/kubernetes/resource.ts';
import { identityKey, identityOf } from '../../../shared/manifests/object.ts';
import type { ReconcilerPorts } from '../ports.ts';
import { readArtifact } from '../read-artifact.ts';

/** The other application that has, by the same release, an object which this one gives up. Undefined: none has. */
export type FindHeir = (entry: InventoryEntry) => Promise<string | undefined>;

type Options = {
  name: ApplicationName;
  resources: Resources;
  objects: ReconcilerPorts['objects'];
  /** Undefined if nothing is desired any more. */
  readRelease(): Promise<Release | undefined>;
};

const artifactsAtOnce = 16;

/** Reads the release, and what its other applications have, when it is first asked: most passes give up nothing. */
export function createFindHeir(options: Options): FindHeir {
  let heirs: Promise<ReadonlyMap<string, string>> | undefined;
  return async (entry) => {
    // Hooks come and go with each run of their own application.
    if (entry.hook === true) return undefined;
    heirs ??= readHeirs(options);
    return (await heirs).get(keyOfEntry(entry));
  };
}

async function readHeirs({ name, resources, objects, readRelease }: Options): Promise<ReadonlyMap<string, string>> {
  const { applications = {} } = (await readRelease()) ?? {};
  const others = Object.entries(applications).filter(([other]) => other !== name.application);
  const found = await mapConcurrently(others, artifactsAtOnce, async ([other, { artifact, settings }]) => {
    if (artifact === undefined) return [];
    const held = await readArtifact(name.environment, artifact.digest, objects);
    return keysOf(held, settings.namespace, resources).map((key) => [key, other] as const);
  });
  return new Map(found.flat());
}

function keysOf(held: readonly ArtifactObject[], defaultNamespace: string, resources: Resources): string[] {
  const own = held.filter(({ object }) => hookOf(object) === undefined);
  return own.map(({ object }) => {
    const isNamespaced = resources.findAny(object.apiVersion, object.kind)?.namespaced ?? true;
    const namespace = isNamespaced ? object.metadata.namespace || defaultNamespace : '';
    return identityKey({ ...identityOf(object), namespace });
  });
}
