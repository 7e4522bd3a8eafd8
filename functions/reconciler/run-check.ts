import { type Inventory, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { isApplied } from '../../shared/state/standing.ts';
import { concurrentObjects } from './apply-stages.ts';
import { nothingFound } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { type Examined, inspect, repair, type Suspect } from './examine.ts';
import { failureOf } from './failure-of.ts';
import { findSuspects } from './find-suspects.ts';
import { ensureNamespaces } from './new-namespaces.ts';
import { observe, stayingIn } from './observe.ts';
import { leaveReplicas } from './ownership/leave-replicas.ts';
import { pruneLeaving } from './prune-leaving.ts';
import { recordCheck } from './record-check.ts';
import { type ApplicationRun, applyContext, conclude, observeContext } from './run.ts';

/**
 * Compares the cluster with what was applied, and puts back, or only tells, what differs. Without drift it costs one LIST per kind and
 * namespace. What it finds stands in the place of what was known before, so it looks at all that may still be wrong.
 */
export async function runCheck(run: ApplicationRun): Promise<void> {
  const { session, open } = run;
  const inventory = await session.inventory();
  const unmade = await ensureNamespaces(run, inventory.values());
  if (unmade.length > 0) return session.save(conclude(run, { ...nothingFound, failures: unmade }));
  const discovery = await discoveryFor(inventory.values(), open);
  const context = observeContext(run, discovery);
  const observation = await observe(stayingIn(inventory), context);
  const suspects = await findSuspects(run, inventory, observation, context);
  const examined = await examineAll(run, suspects);
  const isWhole = isApplied(session.state(), run.entry);
  const pruned = isWhole ? await pruneLeaving(run, inventory, discovery) : { inventory, findings: nothingFound };
  const live = new Map(observation.live);
  for (const each of examined) if (each.live && each.entry) live.set(keyOfEntry(each.entry), each.live);
  const checked = {
    before: inventory,
    inventory: withExamined(pruned.inventory, examined),
    observation: { ...observation, live: live as ReadonlyMap<string, LiveObject> },
    differences: examined.flatMap(({ differences }) => differences),
    failures: examined.flatMap(({ failures }) => failures),
    pruned: pruned.findings,
  };
  await recordCheck(run, checked, context);
}

async function examineAll(run: ApplicationRun, suspects: readonly Suspect[]): Promise<Examined[]> {
  if (suspects.length === 0) return [];
  // Putting back what a newer revision changes would only be undone again.
  await run.session.ensureCurrent();
  const context = applyContext(run);
  return mapConcurrently(suspects, concurrentObjects, async (each): Promise<Examined> => {
    if (run.deadline.remaining() <= 0) return { differences: [], failures: [] };
    try {
      const prepared = await leaveReplicas(each.prepared, each.entry, context.isAutoscaled);
      return await (prepared.policy.drift === 'correct' ? repair : inspect)({ ...each, prepared }, context);
    } catch (error) {
      const { message, retryable } = failureOf(error);
      return { differences: [], failures: [{ problem: { message }, retryable }] };
    }
  });
}

function withExamined(inventory: Inventory, examined: readonly Examined[]): Inventory {
  const next = new Map(inventory);
  for (const { entry } of examined) if (entry !== undefined) next.set(keyOfEntry(entry), entry);
  return next;
}
