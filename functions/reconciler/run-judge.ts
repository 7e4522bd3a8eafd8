import { merge } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { releaseNamespaces } from './new-namespaces.ts';
import { stayingIn } from './observe.ts';
import { prune } from './prune.ts';
import { findingsOfPrune, logKept } from './prune-findings.ts';
import { type ApplicationRun, conclude, pruneContext } from './run.ts';
import { withoutPruned } from './settle-inventory.ts';
import { lookAtHealth, waitForHealth } from './wait-for-health.ts';

/** Looks whether what was applied is healthy by now, and whether what was deleted is gone. */
export async function runJudge(run: ApplicationRun): Promise<void> {
  const { session, entry, open } = run;
  const inventory = await session.inventory();
  const discovery = await discoveryFor(inventory.values(), open);
  const leaving = entry.settings.prune ? [...inventory.values()].filter((each) => each.leaving) : [];
  const pruned = await prune(leaving, pruneContext(run, discovery, false));
  logKept(pruned, run.log);
  const staying = stayingIn(inventory);
  const first = await lookAtHealth(staying, run, discovery);
  const seen = await waitForHealth(staying, first, run, discovery);
  const left = leaving.length === 0 ? undefined : withoutPruned(inventory, pruned);
  if (left !== undefined) await releaseNamespaces(run, left, entry.settings.newNamespaces?.prefix);
  await session.save(conclude(run, merge(findingsOfPrune(pruned), seen)), left);
}
