import type { Inventory } from '../../shared/artifacts/inventory.ts';
import { attemptOf, presumedDead } from './decide-result.ts';
import { discoveryFor } from './discovery-for.ts';
import { artifactOfRemoval, readRemovalHooks } from './hooks/removal-hooks.ts';
import { releaseNamespaces } from './new-namespaces.ts';
import { letGoAll } from './ownership/let-go.ts';
import { logKept } from './prune-findings.ts';
import { conclude, pruneContext, type Run } from './run.ts';
import { carryOutSteps } from './steps/carry-out.ts';
import { planRemoval, type Removal } from './steps/plan-removal.ts';
import { begin, type Progress } from './steps/progress.ts';

/** Deletes everything of an application that Git no longer has, and then forgets it. What holds data stays unless it says otherwise. */
export async function runRemove(run: Run): Promise<void> {
  const { session, open, ports, log } = run;
  const inventory = await session.inventory();
  const state = session.state();
  if (state.prune === false) return leave(run, inventory);
  if (inventory.size === 0 && artifactOfRemoval(state) === undefined) return forget(run);
  const discovery = await discoveryFor(inventory.values(), open);
  const hooks = await readRemovalHooks({ state, ports, log }, discovery);
  const removal = planRemoval({ state, sequence: session.sequence, inventory, hooks });
  if (removal.steps.length === 0) return forget(run);
  await announceRemoval(run, removal);
  const first = begin({ inventory: removal.announced, hooks: removal.hooks, discovery });
  const progress = await carryOutSteps(removal.steps, first, run);
  await releaseNamespaces(run, progress.inventory, state.namespacePrefix);
  await recordRemoval(run, inventory, progress);
}

async function forget(run: Run): Promise<void> {
  await releaseNamespaces(run, new Map(), run.session.state().namespacePrefix);
  await run.session.forget();
}

/** An application that was never to be pruned leaves its objects behind. */
async function leave(run: Run, inventory: Inventory): Promise<void> {
  const { session, open, log } = run;
  const discovery = await discoveryFor(inventory.values(), open);
  await session.ensureCurrent();
  await letGoAll([...inventory.values()], pruneContext(run, discovery, true));
  const because = 'its application, which Git no longer has, had "prune: false"';
  logKept(
    [...inventory.values()].map((entry) => ({ entry, outcome: 'kept', because })),
    log,
  );
  await session.forget();
}

/** Before the first deletion nothing counts as applied any more, so that an application which comes back is applied as a whole. */
async function announceRemoval({ session, ports }: Run, { announced, hooks }: Removal): Promise<void> {
  const state = session.state();
  if (state.phase === 'removed') return;
  const now = ports.clock.now();
  const next = presumedDead(now, attemptOf(state));
  const gone = { artifact: undefined, applied: undefined, work: undefined, drift: undefined };
  const since = state.artifact === undefined ? state.since : now.toISOString();
  await session.save({ ...gone, hooks, phase: 'removed', problems: [], since, next }, announced);
}

/** `removed` while all goes well, so that nobody takes what is left for something that runs. */
async function recordRemoval(run: Run, before: Inventory, { inventory, hooks, findings, isDone }: Progress) {
  if (isDone && inventory.size === 0) return run.session.forget();
  const result = conclude(run, findings);
  const phase = result.phase === 'failed' ? 'failed' : 'removed';
  const counts = { objects: inventory.size, changed: 0, pruned: Math.max(0, before.size - inventory.size) };
  await run.session.save({ counts, hooks, ...result, phase }, inventory);
}
