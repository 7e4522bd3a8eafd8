import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { type Findings, nothingFound } from './decide-result.ts';
import { releaseNamespaces } from './new-namespaces.ts';
import { prune } from './prune.ts';
import { findingsOfPrune, logKept } from './prune-findings.ts';
import { type ApplicationRun, pruneContext } from './run.ts';
import { withoutPruned } from './settle-inventory.ts';

/** Looks whether what was deleted is gone by now. Until then it stays in the inventory, and is told. */
export async function pruneLeaving(
  run: ApplicationRun,
  inventory: Inventory,
  discovery: Discovery,
): Promise<{ inventory: Inventory; findings: Findings }> {
  const { settings } = run.entry;
  const leaving = settings.prune ? [...inventory.values()].filter((each) => each.leaving) : [];
  if (leaving.length === 0) return { inventory, findings: nothingFound };
  const pruned = await prune(leaving, pruneContext(run, discovery, false));
  logKept(pruned, run.log);
  const left = withoutPruned(inventory, pruned);
  await releaseNamespaces(run, left, settings.newNamespaces?.prefix);
  return { inventory: left, findings: findingsOfPrune(pruned) };
}
