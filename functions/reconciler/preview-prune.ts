import { type InventoryEntry, identityOfEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import type { PlannedObject } from '../../shared/artifacts/plan.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { OutOfTimeError, UnreachableError } from '../../shared/kubernetes/api.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { inStages, placeOf as placeInOrder } from '../../shared/kubernetes/order.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import { concurrentObjects } from './apply-stages.ts';
import { failureOf } from './failure-of.ts';
import { fewEntries, observe } from './observe.ts';
import { decidePrune } from './plan-prune.ts';
import type { Preview } from './preview-object.ts';
import type { PruneContext } from './prune.ts';

type Context = Omit<PruneContext, 'ensureCurrent' | 'sleep'> & {
  /** `prune` of the application: false keeps everything. */
  isPruned: boolean;
};

/** Says what of these would be deleted, in that order, and what would stay and why. What is gone already is not mentioned. */
export async function previewPrune(entries: readonly InventoryEntry[], context: Context): Promise<Preview[]> {
  if (!context.isPruned) return entries.map((entry) => kept(entry, 'the application has "prune: false"'));
  const listed = entries.length <= fewEntries ? new Map() : (await observe(entries, context)).live;
  const inOrder = inStages(entries, (entry) => -placeInOrder({ ...entry, ...identityOfEntry(entry) })).flat();
  return mapConcurrently(inOrder, concurrentObjects, (entry) => preview(entry, listed, context));
}

const placeOf = (entry: InventoryEntry) => ({ object: describeIdentity(identityOfEntry(entry)) });

export const kept = (entry: InventoryEntry, because: string): PlannedObject => ({
  ...placeOf(entry),
  action: 'keep',
  because,
});

const unknown = (entry: InventoryEntry, because: string): PlannedObject => ({
  ...placeOf(entry),
  action: 'unknown',
  because,
});

const noTime = 'there was no time left to look at it';

async function preview(
  entry: InventoryEntry,
  listed: ReadonlyMap<string, LiveObject>,
  context: Context,
): Promise<Preview> {
  if (context.deadline.remaining() <= 0) return unknown(entry, noTime);
  try {
    return await look(entry, listed.get(keyOfEntry(entry)), context);
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    return unknown(entry, error instanceof OutOfTimeError ? noTime : failureOf(error).message);
  }
}

async function look(
  entry: InventoryEntry,
  listed: LiveObject | undefined,
  { cluster, resources, stale, name, isRemoval, findHeir }: Context,
): Promise<Preview> {
  const { group } = identityOfEntry(entry);
  const resource = resources.findAny(entry.apiVersion, entry.kind);
  if (resource === undefined)
    return stale.includes(group) ? unknown(entry, `the extension server of ${group} does not answer`) : undefined;
  const live = listed ?? (await cluster.read(resource, entry));
  if (live === undefined) return undefined;
  const decision = decidePrune({ live, uid: entry.uid, name, isRemoval });
  if (decision.do === 'forget') return kept(entry, decision.because);
  const heir = await findHeir(entry);
  return heir === undefined
    ? { ...placeOf(entry), action: 'prune' }
    : kept(entry, `it moves to the application ${heir}`);
}
