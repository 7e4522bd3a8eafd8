import { type Inventory, type InventoryEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import type { Prepared } from './prepared.ts';
import { newEntry, withLeaving } from './settle-inventory.ts';

/** What an artifact asks of the cluster, by the inventory alone: nothing is read. */
export type ApplyPlan = {
  /** New, changed, or not known to stand in the cluster as it should. */
  send: Prepared[];
  unchanged: Prepared[];
  /** What the artifact no longer has. */
  gone: InventoryEntry[];
  /** Still in the artifact, but not to be touched any more: out of our hands. */
  released: InventoryEntry[];
};

/** What hooks made is none of its business, unless the artifact has it as an ordinary object by now. */
export function planApply(artifact: readonly Prepared[], inventory: Inventory): ApplyPlan {
  const prepared = artifact.filter(({ policy }) => policy.apply !== 'never');
  const untouchable = new Set(artifact.filter(({ policy }) => policy.apply === 'never').map(({ key }) => key));
  const wanted = new Set(prepared.map(({ key }) => key));
  const isUnchanged = ({ key, desired }: Prepared) => {
    const entry = inventory.get(key);
    return entry?.desired === desired && entry.leaving === undefined;
  };
  const unwanted = [...inventory].filter(([key, { hook }]) => !wanted.has(key) && !hook);
  return {
    send: prepared.filter((each) => !isUnchanged(each)),
    unchanged: prepared.filter(isUnchanged),
    gone: unwanted.filter(([key]) => !untouchable.has(key)).map(([, entry]) => entry),
    released: unwanted.filter(([key]) => untouchable.has(key)).map(([, entry]) => entry),
  };
}

/** Few objects may all go at once: that is how small applications change. */
const smallestSuspiciousPrune = 5;

/**
 * Why a plan is held until somebody says that it is meant, if it is.
 *
 * @param limit how many percent of the inventory may go. Default: 50
 */
export function findSuspicion(
  { gone, send, unchanged }: ApplyPlan,
  inventory: Inventory,
  limit = 50,
): string | undefined {
  const owned = [...inventory.values()].filter(({ hook }) => !hook).length;
  const isEmpty = gone.length > 0 && send.length + unchanged.length === 0 && limit < 100;
  const isLarge = gone.length >= smallestSuspiciousPrune && gone.length > (owned * limit) / 100;
  if (!isEmpty && !isLarge) return undefined;
  return `this revision would delete ${gone.length} of ${owned} objects, so nothing was changed. If that is meant, set "pruneLimit: 100" for the application in environment.yaml until it is done; to leave them in the cluster, set "prune: false"`;
}

/**
 * The inventory as it must stand before the first write: everything that may be ours from now on. What is about to be sent or deleted
 * is no longer known to be as it was, so that a run which is killed, and a later one that wants the old state back, find that out.
 */
export function announce({ send, gone, released }: ApplyPlan, inventory: Inventory): Inventory {
  const next = new Map(withLeaving(inventory, gone));
  for (const entry of released) next.delete(keyOfEntry(entry));
  for (const each of send) next.set(each.key, newEntry(each, inventory.get(each.key)?.uid));
  return next;
}
