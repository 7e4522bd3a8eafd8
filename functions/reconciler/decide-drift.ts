import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import { foreignFields } from '../../shared/kubernetes/additions.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { hashOwned } from '../../shared/kubernetes/ownership.ts';

/**
 * Why an object is looked at closer. `changed`: a field of ours has another value or another owner. `added`: a manager of the undo list
 * owns a field that we don't say. These are the filter; an apply, dry where drift is only reported, is the judge.
 */
export type Suspicion = 'deleted' | 'being deleted' | 'made anew' | 'changed' | 'added';

/** @param live as it was listed or, where the list lacked it, read by its name */
export function suspect(entry: InventoryEntry, live: LiveObject | undefined, manager: string): Suspicion | undefined {
  if (live === undefined) return 'deleted';
  if (live.metadata.deletionTimestamp !== undefined) return 'being deleted';
  // It was only to be made.
  if (entry.live === undefined) return undefined;
  if (live.metadata.uid !== entry.uid) return 'made anew';
  if (hashOwned(live, manager, entry.tolerance) !== entry.live) return 'changed';
  return foreignFields(live, manager, entry.tolerance).length > 0 ? 'added' : undefined;
}
