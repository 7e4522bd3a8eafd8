import { isDeepStrictEqual } from 'node:util';
import type { Inventory, InventoryEntry } from '../../shared/artifacts/inventory.ts';
import { attemptOf, nothingFound, presumedDead, type RunFailure } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { foresee } from './foresee.ts';
import { ensureNamespaces, releaseNamespaces } from './new-namespaces.ts';
import { claimObjects, isInstalled, logAdoptions } from './ownership/claim-objects.ts';
import { letGoAll } from './ownership/let-go.ts';
import { findSuspicion, planApply } from './plan-apply.ts';
import { prepareRun } from './prepare-run.ts';
import type { PruneResult } from './prune.ts';
import { logKept } from './prune-findings.ts';
import { recordApply } from './record-apply.ts';
import { type ApplicationRun, applyContext, conclude, pruneContext } from './run.ts';
import { carryOutSteps } from './steps/carry-out.ts';
import { planWork, type Work } from './steps/plan-work.ts';
import { begin } from './steps/progress.ts';

/**
 * Makes the cluster match the artifact: check everything, plan the steps, announce what will be written, carry them out, record, and wait
 * a little for health. Killed anywhere, it leaves an inventory from which the next run finishes; what takes longer than there is time, a
 * later run goes on with.
 */
export async function runApply(run: ApplicationRun): Promise<void> {
  const { session, entry, open } = run;
  const preparation = await prepareRun(run);
  const { hooks } = preparation;
  const inventory = await session.inventory();
  if (preparation.refusals.length > 0) {
    const { send } = planApply(preparation.prepared, inventory);
    return refuse(run, [...preparation.refusals, ...(await foresee(send, preparation.refusals, applyContext(run)))]);
  }
  const unmade = await ensureNamespaces(
    run,
    [...preparation.prepared, ...hooks].map(({ identity }) => identity),
  );
  if (unmade.length > 0) return refuse(run, unmade);
  const claim = { ...preparation, ...applyContext(run), inventory, settings: entry.settings };
  const { prepared, refusals, adoptions } = await claimObjects(preparation.prepared, claim);
  if (refusals.length > 0) return refuse(run, refusals);
  const { prune: isPruned, pruneLimit } = entry.settings;
  const { digest } = entry.artifact;
  const known = { state: session.state(), sequence: session.sequence, inventory };
  const isAdopted = isInstalled(adoptions);
  const work = planWork({ prepared, hooks, digest, isPruned, isAdopted, ...known });
  const suspicion = isPruned ? findSuspicion(work.plan, inventory, pruneLimit) : undefined;
  if (suspicion !== undefined) return hold(run, suspicion);
  const discovery = await discoveryFor(inventory.values(), open);
  logAdoptions(adoptions, run.log);
  await letGoAll(work.plan.released, pruneContext(run, discovery, false));
  await announceWork(run, work, inventory);
  const first = begin({ inventory: work.announced, hooks: work.hooks, discovery });
  const progress = await carryOutSteps(work.steps, first, run);
  await releaseNamespaces(run, progress.inventory, entry.settings.newNamespaces?.prefix);
  await recordApply(run, work, progress);
}

async function refuse(run: ApplicationRun, failures: RunFailure[]): Promise<void> {
  await run.session.save({ artifact: run.entry.artifact.digest, ...conclude(run, { ...nothingFound, failures }) });
}

async function hold({ session, entry }: ApplicationRun, message: string): Promise<void> {
  await session.save({ artifact: entry.artifact.digest, phase: 'held', problems: [{ message }], next: undefined });
}

/** The write-ahead: before anything is written to the cluster, state points at the union of what was and what will be. */
async function announceWork(run: ApplicationRun, work: Work, inventory: Inventory): Promise<void> {
  const { session, ports, entry, log } = run;
  logKept(work.plan.released.map(letGo), log);
  if (!isNews(run, work, inventory)) return;
  const { digest } = entry.artifact;
  const now = ports.clock.now();
  const attempt = session.state().artifact === digest ? attemptOf(session.state()) : 0;
  const next = presumedDead(now, attempt);
  const namespacePrefix = entry.settings.newNamespaces?.prefix;
  const begun = { artifact: digest, work: undefined, hooks: work.hooks, since: sinceOf(run, now), namespacePrefix };
  await session.save({ ...begun, phase: 'applying', problems: [], next }, work.announced);
}

/** What waited for an object to go, so that it can be made anew, goes on waiting. */
function sinceOf({ session, entry }: ApplicationRun, now: Date): string {
  const { artifact, work, phase, next, since } = session.state();
  const isWaiting = phase === 'progressing' || (phase === 'failed' && next?.why === 'health');
  const isBegun = artifact === entry.artifact.digest && work === undefined;
  return (isBegun && isWaiting ? since : undefined) ?? now.toISOString();
}

/** A run that only goes on waiting leaves state as it is, and with it since when is waited. */
function isNews({ session, entry }: ApplicationRun, { steps, plan, hooks, announced }: Work, inventory: Inventory) {
  const [first] = steps;
  if (first === undefined) return plan.released.length > 0;
  if (first.do === 'apply' || first.do === 'prune') return true;
  const state = session.state();
  const isBegun = state.artifact === entry.artifact.digest && state.work === undefined;
  return !isBegun || !isDeepStrictEqual(hooks, state.hooks) || !isDeepStrictEqual(announced, new Map(inventory));
}

const letGo = (entry: InventoryEntry): PruneResult => ({
  entry,
  outcome: 'kept',
  because: 'Git says that it is never to be applied',
});
