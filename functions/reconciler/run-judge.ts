import { merge } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { stayingIn } from './observe.ts';
import { pruneLeaving } from './prune-leaving.ts';
import { type ApplicationRun, conclude } from './run.ts';
import { lookAtHealth, waitForHealth } from './wait-for-health.ts';

/** Looks whether what was applied is healthy by now, and whether what was deleted is gone. */
export async function runJudge(run: ApplicationRun): Promise<void> {
  const { session, open } = run;
  const inventory = await session.inventory();
  const discovery = await discoveryFor(inventory.values(), open);
  const pruned = await pruneLeaving(run, inventory, discovery);
  const staying = stayingIn(inventory);
  const first = await lookAtHealth(staying, run, discovery);
  const seen = await waitForHealth(staying, first, run, discovery);
  const left = pruned.inventory === inventory ? undefined : pruned.inventory;
  await session.save(conclude(run, merge(pruned.findings, seen)), left);
}
