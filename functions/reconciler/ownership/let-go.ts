import { type InventoryEntry, keyOfEntry } from '../../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { RefusedError } from '../../../shared/errors.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { fieldManager } from '../../../shared/kubernetes/names.ts';
import { released } from '../../../shared/kubernetes/ownership.ts';
import type { Resource } from '../../../shared/kubernetes/resource.ts';
import { concurrentObjects } from '../apply-stages.ts';
import { fewEntries, type ObserveContext, observe, observeEach } from '../observe.ts';
import { reassign } from './take-over.ts';

type Context = ObserveContext & { sleep(milliseconds: number): Promise<unknown> };

/**
 * Gives up an object that stays in the cluster though its application no longer has it: with us among its managers, no other application
 * could ever have it. What stands in it isn't touched. Whoever may not write to it leaves it as it is.
 */
export async function letGo(
  entry: InventoryEntry,
  resource: Resource,
  live: LiveObject,
  context: Context,
): Promise<void> {
  const manager = fieldManager(context.name);
  try {
    await reassign({ resource, identity: entry }, live, context, (seen) => released(seen, manager));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
  }
}

/** The same for many, as far as they are still there. */
export async function letGoAll(entries: readonly InventoryEntry[], context: Context): Promise<void> {
  const look = entries.length <= fewEntries ? observeEach : observe;
  const { live } = await look(entries, context);
  await mapConcurrently(entries, concurrentObjects, async (entry) => {
    const resource = context.resources.findAny(entry.apiVersion, entry.kind);
    const object = live.get(keyOfEntry(entry));
    if (resource !== undefined && object !== undefined) await letGo(entry, resource, object, context);
  });
}
