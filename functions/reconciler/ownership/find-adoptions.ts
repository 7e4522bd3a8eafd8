import type { Inventory } from '../../../shared/artifacts/inventory.ts';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { type Adoption, adoptionOf } from '../../../shared/kubernetes/adoption.ts';
import type { Cluster } from '../../../shared/kubernetes/cluster.ts';
import type { Failure } from '../../../shared/kubernetes/failure.ts';
import { describeKeeper, type Keeper, keepersOf } from '../../../shared/kubernetes/keepers.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { Resources } from '../../../shared/kubernetes/resource.ts';
import { describeIdentity } from '../../../shared/manifests/object.ts';
import { concurrentObjects } from '../apply-stages.ts';
import type { RunFailure } from '../decide-result.ts';
import { type Prepared, problemWith } from '../prepared.ts';
import { lookAtUnknown } from './look-at-unknown.ts';
import { stillKept } from './still-kept.ts';

type Context = {
  cluster: Cluster;
  resources: Resources;
  inventory: Inventory;
  /** Field manager. */
  manager: string;
  adopt: ApplySettings['adopt'];
};

export type Adoptions = { byKey: ReadonlyMap<string, Adoption>; refusals: RunFailure[] };

/**
 * Finds what others made of the objects that are about to be applied for the first time. What people made is taken over; what another
 * tool keeps, only if that is wanted and the tool no longer runs.
 */
export async function findAdoptions(prepared: readonly Prepared[], context: Context): Promise<Adoptions> {
  const live = await lookAtUnknown(prepared, context.inventory, context.cluster);
  const found = prepared.flatMap((each) => {
    const object = live.get(each.key);
    return object === undefined ? [] : [{ prepared: each, live: object, keepers: keepersOf(object) }];
  });
  const refusals = await refuseKept(found, context);
  const adoptions = found.flatMap(({ prepared: { key, policy }, ...each }) => {
    const { manager } = context;
    const adoption = adoptionOf(each.live, { manager, keepers: each.keepers, tolerance: policy });
    return adoption === undefined ? [] : [[key, adoption] as const];
  });
  return { byKey: new Map(adoptions), refusals };
}

type Found = { prepared: Prepared; live: LiveObject; keepers: readonly Keeper[] };

/** One problem for each keeper, however many objects it keeps. */
async function refuseKept(found: readonly Found[], context: Context): Promise<RunFailure[]> {
  const kept = found.flatMap(({ prepared, keepers }) => keepers.map((keeper) => ({ prepared, keeper })));
  const groups = [...Map.groupBy(kept, ({ keeper }) => describeKeeper(keeper)).values()];
  const refusals = await mapConcurrently(groups, concurrentObjects, async (group): Promise<RunFailure[]> => {
    const [first] = group;
    const failure = first && (await whyNot(first.keeper, context));
    return failure === undefined ? [] : [{ problem: aboutAll(group, failure), retryable: failure.retryable }];
  });
  return refusals.flat();
}

async function whyNot(keeper: Keeper, context: Context): Promise<Failure | undefined> {
  const { tool } = keeper;
  if (context.adopt.includes(tool)) return stillKept(keeper, context);
  const how = tool === 'helm' ? '' : 'stop that, and ';
  const message = `is kept by ${describeKeeper(keeper)}; to take it over, ${how}name "${tool}" under "adopt" in environment.yaml`;
  return { message, retryable: false };
}

function aboutAll(group: readonly { prepared: Prepared }[], { message }: Failure) {
  const [first] = group;
  if (first === undefined) return { message };
  const others = group.length - 1;
  const name = describeIdentity(first.prepared.identity);
  return { ...problemWith(first.prepared, message), object: others === 0 ? name : `${name} (and ${others} more)` };
}
