import type { Inventory, InventoryEntry } from '../../shared/artifacts/inventory.ts';
import { isDefinition } from '../../shared/kubernetes/definitions.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { type ApplyOutcome, applyStages } from './apply-stages.ts';
import { attemptOf, nothingFound, presumedDead, type RunFailure } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { type ApplyPlan, announce, findSuspicion, planApply } from './plan-apply.ts';
import { prepareRun } from './prepare-run.ts';
import { type PruneResult, prune } from './prune.ts';
import { logKept } from './prune-findings.ts';
import { recordApply } from './record-apply.ts';
import { type ApplicationRun, applyContext, conclude, pruneContext } from './run.ts';

/**
 * Makes the cluster match the artifact: check everything, announce what will be written, apply, prune, record, and wait a little for
 * health. Killed anywhere, it leaves an inventory from which the next run finishes.
 */
export async function runApply(run: ApplicationRun): Promise<void> {
  const { session, entry, open } = run;
  const preparation = await prepareRun(run);
  if (preparation.refusals.length > 0) return refuse(run, preparation.refusals);
  const inventory = await session.inventory();
  const plan = planApply(preparation.prepared, inventory);
  const { prune: isPruned, pruneLimit } = entry.settings;
  const suspicion = isPruned ? findSuspicion(plan, inventory, pruneLimit) : undefined;
  if (suspicion !== undefined) return hold(run, suspicion);
  const known = await discoveryFor(inventory.values(), open);
  const announced = await announcePlan(run, plan, inventory);
  const applied = await applyStages(plan.send, { ...applyContext(run), ensureCurrent: session.ensureCurrent });
  const discovery = definesKinds(applied) && applied.untried.length === 0 ? await open.discovery(true) : known;
  const pruned = await pruneGone(run, plan, applied, discovery);
  await recordApply(run, { plan, announced, applied, pruned, discovery });
}

/** New definitions mean new kinds: whoever renders hears of them, and so do we before we look for their objects. */
const definesKinds = ({ results }: ApplyOutcome) =>
  results.some(({ outcome, prepared }) => outcome === 'applied' && isDefinition(prepared.object));

async function refuse(run: ApplicationRun, failures: RunFailure[]): Promise<void> {
  await run.session.save({ artifact: run.entry.artifact.digest, ...conclude(run, { ...nothingFound, failures }) });
}

async function hold({ session, entry }: ApplicationRun, message: string): Promise<void> {
  await session.save({ artifact: entry.artifact.digest, phase: 'held', problems: [{ message }], next: undefined });
}

/** The write-ahead: before anything is written to the cluster, state points at the union of what was and what will be. */
async function announcePlan(run: ApplicationRun, plan: ApplyPlan, inventory: Inventory): Promise<Inventory> {
  if (plan.send.length + plan.gone.length + plan.released.length === 0) return inventory;
  const { session, ports, entry } = run;
  const { digest } = entry.artifact;
  const now = ports.clock.now();
  const attempt = session.state().artifact === digest ? attemptOf(session.state()) : 0;
  const next = presumedDead(now, attempt);
  const announced = announce(plan, inventory);
  logKept(plan.released.map(letGo), run.log);
  const since = now.toISOString();
  await session.save({ artifact: digest, work: undefined, phase: 'applying', problems: [], since, next }, announced);
  return announced;
}

const letGo = (entry: InventoryEntry): PruneResult => ({
  entry,
  outcome: 'kept',
  because: 'Git says that it is never to be applied',
});

/** Only after all of the revision's objects were applied: what replaces an object must stand before the object goes. */
async function pruneGone(
  run: ApplicationRun,
  { gone }: ApplyPlan,
  { results, untried }: ApplyOutcome,
  discovery: Discovery,
): Promise<PruneResult[]> {
  const isApplied = untried.length === 0 && results.every(({ outcome }) => outcome !== 'failed');
  if (!isApplied || !run.entry.settings.prune || gone.length === 0) return [];
  const pruned = await prune(gone, pruneContext(run, discovery, false));
  logKept(pruned, run.log);
  return pruned;
}
