import { type Inventory, type InventoryEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { fieldManager } from '../../shared/kubernetes/names.ts';
import { concurrentObjects } from './apply-stages.ts';
import { suspect } from './decide-drift.ts';
import type { Suspect } from './examine.ts';
import { type Observation, type ObserveContext, stayingIn } from './observe.ts';
import { prepareRun } from './prepare-run.ts';
import type { Prepared } from './prepared.ts';
import type { ApplicationRun } from './run.ts';

type Found = Omit<Suspect, 'prepared'>;

/** Compares every object that is known to be applied with what was seen of it. What the list lacked is read by its name first. */
export async function findSuspects(
  run: ApplicationRun,
  inventory: Inventory,
  observation: Observation,
  context: ObserveContext,
): Promise<Suspect[]> {
  const { live, blind } = observation;
  const isWatched = (entry: InventoryEntry) => entry.desired !== undefined && !entry.unwatched;
  const entries = stayingIn(inventory).filter((entry) => isWatched(entry) && !blind.has(keyOfEntry(entry)));
  const looked = await mapConcurrently(entries, concurrentObjects, async (entry): Promise<Found> => {
    const listed = live.get(keyOfEntry(entry));
    return { entry, live: listed ?? (await readByName(entry, context)) };
  });
  const manager = fieldManager(context.name);
  const found = looked.filter((each) => suspect(each.entry, each.live, manager) !== undefined);
  return found.length === 0 ? [] : withPrepared(found, run);
}

async function readByName(
  entry: InventoryEntry,
  { cluster, resources }: ObserveContext,
): Promise<LiveObject | undefined> {
  const resource = resources.findAny(entry.apiVersion, entry.kind);
  return resource && cluster.read(resource, entry);
}

/**
 * Finds what was sent for each suspect, by its hash: in the artifact of today, or, where that could not be applied whole, in the one
 * before. The last good state is guarded, too.
 */
async function withPrepared(found: readonly Found[], run: ApplicationRun): Promise<Suspect[]> {
  const { prepared } = await prepareRun(run);
  const { applied } = run.session.state();
  const isOld = applied !== undefined && applied !== run.entry.artifact.digest;
  const older = isOld ? (await prepareRun(run, applied)).prepared : [];
  const bySent = new Map([...older, ...prepared].map((each) => [sent(each.key, each.desired), each] as const));
  return found.flatMap((each) => {
    const match: Prepared | undefined = bySent.get(sent(keyOfEntry(each.entry), each.entry.desired));
    return match === undefined ? [] : [{ ...each, prepared: match }];
  });
}

const sent = (key: string, desired: string | undefined) => `${key} ${desired}`;
