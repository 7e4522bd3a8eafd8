import { isDeepStrictEqual } from 'node:util';
import { type Inventory, type InventoryEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import { ownsReplicas } from '../../shared/kubernetes/autoscaled.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { strict } from '../../shared/kubernetes/object-policy.ts';
import { hashOwned } from '../../shared/kubernetes/ownership.ts';
import { apiVersionOf } from '../../shared/kubernetes/resource.ts';
import type { ObjectResult } from './apply-object.ts';
import type { Prepared } from './prepared.ts';
import type { PruneResult } from './prune.ts';

/** The inventory after applying: of what was applied it is known again how it stands. */
export function withApplied(inventory: Inventory, results: readonly ObjectResult[], manager: string): Inventory {
  const next = new Map(inventory);
  for (const result of results)
    if (result.outcome !== 'failed')
      next.set(result.prepared.key, appliedEntry(result.prepared, result.object, manager));
  return next;
}

/** An object that is, or is about to be, in the cluster, of which nothing is certain yet. */
export function newEntry({ identity, resource, policy }: Prepared, uid: string | undefined): InventoryEntry {
  const { kind, namespace, name } = identity;
  const { wave, drift, additions, ignore } = policy;
  const tolerance = { additions, ignore };
  return {
    apiVersion: apiVersionOf(resource),
    kind,
    namespace,
    name,
    ...(uid !== undefined && { uid }),
    ...(wave !== 0 && { wave }),
    ...(!isDeepStrictEqual(tolerance, strict) && { tolerance }),
    ...(drift === 'ignore' && { unwatched: true as const }),
  };
}

/** What a hook makes, or is about to. */
export const hookEntry = (hook: Prepared, uid: string | undefined): InventoryEntry => ({
  ...newEntry(hook, uid),
  hook: true,
});

export function appliedEntry(prepared: Prepared, object: LiveObject, manager: string): InventoryEntry {
  const { desired, policy } = prepared;
  const entry = { ...newEntry(prepared, object.metadata.uid), desired };
  if (policy.apply === 'create-only') return entry;
  const live = hashOwned(object, manager, policy);
  return { ...entry, live, ...(ownsReplicas(object, manager) && { replicas: true as const }) };
}

/** Marks what Git no longer has: it stays in the inventory until it is gone. */
export function withLeaving(inventory: Inventory, gone: readonly InventoryEntry[]): Inventory {
  const next = new Map(inventory);
  for (const entry of gone) next.set(keyOfEntry(entry), { ...entry, leaving: true });
  return next;
}

/** The inventory after pruning: without what is deleted, or no longer ours. */
export function withoutPruned(inventory: Inventory, results: readonly PruneResult[]): Inventory {
  const next = new Map(inventory);
  for (const { entry, outcome } of results)
    if (outcome === 'deleted' || outcome === 'kept') next.delete(keyOfEntry(entry));
  return next;
}
