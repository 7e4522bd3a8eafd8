import { type Inventory, type InventoryEntry, identityOfEntry } from '../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { UnreachableError } from '../../shared/kubernetes/api.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { type ApplicationName, labelSelector } from '../../shared/kubernetes/names.ts';
import { collectionPath, type Resource, type Resources } from '../../shared/kubernetes/resource.ts';
import { describeIdentity, identityKey, identityOf } from '../../shared/manifests/object.ts';
import type { RunFailure } from './decide-result.ts';
import { failureOf } from './failure-of.ts';

export type ObserveContext = { cluster: Cluster; resources: Resources; name: ApplicationName };

/** So many are read by their names; more are listed. */
export const fewEntries = 20;

/** What the cluster has of an inventory. */
export type Observation = {
  live: ReadonlyMap<string, LiveObject>;
  /** Entries that could not be looked at: of these, absence says nothing. */
  blind: ReadonlySet<string>;
  failures: RunFailure[];
};

/** One LIST, by our label, for each kind and namespace. Copies of our labels that controllers make are not in the inventory, and are left out. */
export async function observe(entries: readonly InventoryEntry[], context: ObserveContext): Promise<Observation> {
  const groups = groupByCollection(entries, context.resources);
  return combine(await mapConcurrently(groups, groups.length, (group) => look(group, () => list(group, context))));
}

/** Reads entries by their names: for a few of many, that is less than a LIST. */
export async function observeEach(entries: readonly InventoryEntry[], context: ObserveContext): Promise<Observation> {
  const groups = entries.flatMap((entry) => groupByCollection([entry], context.resources));
  return combine(await mapConcurrently(groups, groups.length, (group) => look(group, () => readAll(group, context))));
}

type Group = { resource: Resource | undefined; namespace: string; entries: Map<string, InventoryEntry> };

function groupByCollection(entries: readonly InventoryEntry[], resources: Resources): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const { namespace } = entry;
    const resource = resources.findAny(entry.apiVersion, entry.kind);
    const path = resource === undefined ? `${entry.apiVersion} ${entry.kind}` : collectionPath(resource, namespace);
    const group = groups.get(path) ?? { resource, namespace, entries: new Map() };
    groups.set(path, group);
    group.entries.set(identityKey(identityOfEntry(entry)), entry);
  }
  return [...groups.values()];
}

type Looked = { live: [string, LiveObject][]; blind: string[]; failures: RunFailure[] };

/** What can't be looked at is told, and judged by nobody; a cluster that doesn't answer ends the run. */
async function look({ resource, entries }: Group, get: () => Promise<LiveObject[]>): Promise<Looked> {
  if (resource === undefined)
    return blindTo(entries, { message: 'the cluster no longer serves this kind', retryable: true });
  try {
    const known = (await get()).map((object) => [identityKey(identityOf(object)), object] as [string, LiveObject]);
    return { live: known.filter(([key]) => entries.has(key)), blind: [], failures: [] };
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    return blindTo(entries, failureOf(error));
  }
}

async function list({ resource, namespace }: Group, { cluster, name }: ObserveContext): Promise<LiveObject[]> {
  return resource === undefined ? [] : cluster.list(resource, namespace, labelSelector(name));
}

async function readAll({ resource, entries }: Group, { cluster }: ObserveContext): Promise<LiveObject[]> {
  const places = resource === undefined ? [] : [...entries.values()];
  const read = await Promise.all(places.map((place) => resource && cluster.read(resource, place)));
  return read.filter((object) => object !== undefined);
}

function combine(looked: readonly Looked[]): Observation {
  return {
    live: new Map(looked.flatMap(({ live }) => live)),
    blind: new Set(looked.flatMap(({ blind }) => blind)),
    failures: looked.flatMap(({ failures }) => failures),
  };
}

function blindTo(
  entries: Map<string, InventoryEntry>,
  { message, retryable }: { message: string; retryable: boolean },
): Looked {
  const [first] = entries.values();
  const more = entries.size > 1 ? ` (and ${entries.size - 1} more of its kind)` : '';
  const object = first === undefined ? '' : `${describeIdentity(identityOfEntry(first))}${more}`;
  return { live: [], blind: [...entries.keys()], failures: [{ problem: { object, message }, retryable }] };
}

/** The entries of an inventory that Git still has. What hooks made is their own business. */
export const stayingIn = (inventory: Inventory) =>
  [...inventory.values()].filter(({ leaving, hook }) => !leaving && !hook);
