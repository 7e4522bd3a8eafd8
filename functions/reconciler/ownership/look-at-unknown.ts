import type { Inventory } from '../../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { MissingError, RefusedError } from '../../../shared/errors.ts';
import type { Cluster } from '../../../shared/kubernetes/cluster.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { collectionPath } from '../../../shared/kubernetes/resource.ts';
import { identityKey, identityOf } from '../../../shared/manifests/object.ts';
import { concurrentObjects } from '../apply-stages.ts';
import { fewEntries } from '../observe.ts';
import type { Prepared } from '../prepared.ts';

/**
 * What stands in the cluster, by key, of objects that are not known to be ours: only before their first apply they are looked at. Few of
 * a kind and namespace are read by their names, many by one LIST. Whoever may not look finds nothing: the apply says what is missing.
 */
export async function lookAtUnknown(
  prepared: readonly Prepared[],
  inventory: Inventory,
  cluster: Cluster,
): Promise<Map<string, LiveObject>> {
  const unknown = prepared.filter(({ key, policy }) => policy.apply === 'always' && !inventory.get(key)?.uid);
  const groups = Map.groupBy(unknown, ({ resource, identity }) => collectionPath(resource, identity.namespace));
  const looks = [...groups.values()].flatMap((group) => {
    if (group.length > fewEntries) return [() => list(group, cluster)];
    return group.map((each) => () => read(each, cluster));
  });
  const found = await mapConcurrently(looks, concurrentObjects, (look) => unlessRefused(look));
  return new Map(found.flat().map((object) => [identityKey(identityOf(object)), object]));
}

async function read({ resource, identity }: Prepared, cluster: Cluster): Promise<LiveObject[]> {
  const live = await cluster.read(resource, identity);
  return live === undefined ? [] : [live];
}

async function list(group: readonly Prepared[], cluster: Cluster): Promise<LiveObject[]> {
  const [first] = group;
  const wanted = new Set(group.map(({ key }) => key));
  const live = first === undefined ? [] : await cluster.list(first.resource, first.identity.namespace, '');
  return live.filter((each) => wanted.has(identityKey(identityOf(each))));
}

async function unlessRefused(look: () => Promise<LiveObject[]>): Promise<LiveObject[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof RefusedError || error instanceof MissingError) return [];
    throw error;
  }
}
