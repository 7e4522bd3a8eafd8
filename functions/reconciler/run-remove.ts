import type { Inventory } from '../../shared/artifacts/inventory.ts';
import { attemptOf, decideResult, type Findings, presumedDead } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { prune } from './prune.ts';
import { findingsOfPrune, logKept } from './prune-findings.ts';
import { pruneContext, type Run } from './run.ts';
import { withLeaving, withoutPruned } from './settle-inventory.ts';

/** Deletions that last longer than this are reported as failed. */
const timeoutSeconds = 600;

/** Deletes everything of an application that Git no longer has, and then forgets it. What holds data stays unless it says otherwise. */
export async function runRemove(run: Run): Promise<void> {
  const { session, open, log } = run;
  const inventory = await session.inventory();
  if (inventory.size === 0) return session.forget();
  if (session.state().prune === false) return leave(run, inventory);
  const discovery = await discoveryFor(inventory.values(), open);
  const leaving = await announceRemoval(run, inventory);
  const pruned = await prune([...leaving.values()], pruneContext(run, discovery, true));
  logKept(pruned, log);
  const left = withoutPruned(leaving, pruned);
  if (left.size === 0) return session.forget();
  const counts = { objects: left.size, changed: 0, pruned: inventory.size - left.size };
  await session.save({ counts, ...resultOf(run, findingsOfPrune(pruned)) }, left);
}

/** An application that was never to be pruned leaves its objects behind. */
async function leave({ session, log }: Run, inventory: Inventory): Promise<void> {
  const because = 'its application, which Git no longer has, had "prune: false"';
  logKept(
    [...inventory.values()].map((entry) => ({ entry, outcome: 'kept', because })),
    log,
  );
  await session.forget();
}

/** Before the first deletion nothing counts as applied any more, so that an application which comes back is applied as a whole. */
async function announceRemoval({ session, ports }: Run, inventory: Inventory): Promise<Inventory> {
  const state = session.state();
  const leaving = withLeaving(inventory, [...inventory.values()]);
  if (state.phase === 'removed') return leaving;
  const now = ports.clock.now();
  const next = presumedDead(now, attemptOf(state));
  const gone = { artifact: undefined, applied: undefined, work: undefined, drift: undefined };
  const since = state.artifact === undefined ? state.since : now.toISOString();
  await session.save({ ...gone, phase: 'removed', problems: [], since, next }, leaving);
  return leaving;
}

/** `removed` while all goes well, so that nobody takes what is left for something that runs. */
function resultOf({ session, ports }: Run, findings: Findings) {
  const result = decideResult(findings, { previous: session.state(), now: ports.clock.now(), timeoutSeconds });
  return result.phase === 'failed' ? result : { ...result, phase: 'removed' as const };
}
