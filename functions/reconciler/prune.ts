import { type InventoryEntry, identityOfEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { type Deadline, OutOfTimeError } from '../../shared/kubernetes/api.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import type { ApplicationName } from '../../shared/kubernetes/names.ts';
import { inStages, placeOf, waveOf } from '../../shared/kubernetes/order.ts';
import type { Resource, Resources } from '../../shared/kubernetes/resource.ts';
import { concurrentObjects } from './apply-stages.ts';
import { failureOf } from './failure-of.ts';
import { fewEntries, type Observation, observe } from './observe.ts';
import type { FindHeir } from './ownership/heirs.ts';
import { letGo } from './ownership/let-go.ts';
import { decidePrune } from './plan-prune.ts';

export type PruneContext = {
  cluster: Cluster;
  resources: Resources;
  /** Groups whose server doesn't answer: what they lack may still be there. */
  stale: readonly string[];
  name: ApplicationName;
  /** The application itself was taken out of Git. */
  isRemoval: boolean;
  findHeir: FindHeir;
  deadline: Deadline;
  sleep(milliseconds: number): Promise<unknown>;
  ensureCurrent(): Promise<void>;
};

/**
 * `kept`: it stays in the cluster and is no longer ours. All others but `deleted` stay in the inventory. `waiting`: something of a higher wave
 * is not gone yet. `moving`: another application of the release has it, and takes it over as it stands.
 */
export type PruneResult = { entry: InventoryEntry } & (
  | { outcome: 'deleted' }
  | { outcome: 'kept'; because: string }
  | { outcome: 'terminating'; finalizers: string[] }
  | { outcome: 'waiting'; for: InventoryEntry }
  | { outcome: 'moving'; to: string }
  | { outcome: 'failed'; failure: Failure }
  | { outcome: 'untried' }
);

/**
 * Deletes, in the reverse order of applying, what Git no longer has, as far as it is still ours. A wave is begun when the higher ones are
 * gone: what still ends by the hand of something in a lower one would never end without it.
 */
export async function prune(entries: readonly InventoryEntry[], context: PruneContext): Promise<PruneResult[]> {
  const results: PruneResult[] = [];
  const listed = await listMany(entries, context);
  for (const stage of inStages(entries, (entry) => -placeOf({ ...entry, ...identityOfEntry(entry) }))) {
    const above = results.find((result) => isHigher(result, stage));
    if (above !== undefined) {
      results.push(...stage.map((entry) => ({ entry, outcome: 'waiting' as const, for: above.entry })));
      continue;
    }
    await context.ensureCurrent();
    results.push(...(await mapConcurrently(stage, concurrentObjects, (entry) => pruneOne(entry, listed, context))));
  }
  return results;
}

const waveOfEntry = (entry: InventoryEntry) => waveOf({ ...identityOfEntry(entry), wave: entry.wave });

/** All objects of a stage are of one wave. */
const isHigher = ({ entry, outcome }: PruneResult, [first]: readonly InventoryEntry[]) =>
  outcome === 'terminating' && first !== undefined && waveOfEntry(entry) > waveOfEntry(first);

/** Many are listed by our label; what the list lacks, and few, are read by their names. */
async function listMany(entries: readonly InventoryEntry[], context: PruneContext): Promise<Observation['live']> {
  return entries.length <= fewEntries ? new Map() : (await observe(entries, context)).live;
}

async function pruneOne(
  entry: InventoryEntry,
  listed: Observation['live'],
  context: PruneContext,
): Promise<PruneResult> {
  if (context.deadline.remaining() <= 0) return { entry, outcome: 'untried' };
  const resource = context.resources.findAny(entry.apiVersion, entry.kind);
  if (resource === undefined) return withoutResource(entry, context);
  try {
    return await pruneObject(entry, resource, listed.get(keyOfEntry(entry)), context);
  } catch (error) {
    if (error instanceof OutOfTimeError) return { entry, outcome: 'untried' };
    return { entry, outcome: 'failed', failure: failureOf(error) };
  }
}

/** When a kind is gone, its objects are; when its server only doesn't answer, nobody knows. */
function withoutResource(entry: InventoryEntry, { stale }: PruneContext): PruneResult {
  const { group } = identityOfEntry(entry);
  if (!stale.includes(group)) return { entry, outcome: 'deleted' };
  const message = `the extension server of ${group} does not answer`;
  return { entry, outcome: 'failed', failure: { message, retryable: true } };
}

async function pruneObject(
  entry: InventoryEntry,
  resource: Resource,
  listed: LiveObject | undefined,
  context: PruneContext,
): Promise<PruneResult> {
  const { cluster, name, isRemoval } = context;
  // What we remember of the cluster may be older than the end of a version: its objects are not gone with it.
  const live = listed ?? (await cluster.read(resource, entry, true));
  if (live === undefined) return { entry, outcome: 'deleted' };
  // Helm would leave what hooks made where it is: so what holds data does stay.
  const decision = decidePrune({ live, uid: entry.uid, name, isRemoval: isRemoval || entry.hook === true });
  if (decision.do === 'forget') {
    await letGo(entry, resource, live, context);
    return { entry, outcome: 'kept', because: decision.because };
  }
  const heir = await context.findHeir(entry);
  if (heir !== undefined) {
    await letGo(entry, resource, live, context);
    return { entry, outcome: 'moving', to: heir };
  }
  const removed = await cluster.remove(resource, entry, decision.uid);
  switch (removed.outcome) {
    case 'gone':
      return { entry, outcome: 'deleted' };
    case 'terminating':
      return { entry, outcome: 'terminating', finalizers: removed.finalizers };
    case 'other':
      return { entry, outcome: 'kept', because: 'somebody else has made it anew' };
    case 'refused':
      return { entry, outcome: 'failed', failure: removed.failure };
  }
}
