import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import type { Connection } from './ports.ts';

/** What the cluster serves. It is asked anew before a kind of the inventory counts as gone: what we remember may be older than the kind. */
export async function discoveryFor(entries: Iterable<InventoryEntry>, { discovery }: Connection): Promise<Discovery> {
  const known = await discovery();
  const resources = indexResources(known.resources);
  const isServed = ({ apiVersion, kind }: InventoryEntry) => resources.findAny(apiVersion, kind) !== undefined;
  return [...entries].every(isServed) ? known : discovery(true);
}
