import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { explainRollouts } from './explain-rollouts.ts';
import { type HealthFindings, judgeHealth, needsLook } from './judge-health.ts';
import { type Observation, observe } from './observe.ts';
import { observeContext, type Run } from './run.ts';

/** How long a rollout is waited for before the message is given back: long enough for most, and nobody else is held up. */
const longestMilliseconds = 20_000;
const shortestPause = 250;
const longestPause = 1_000;

type Seen = HealthFindings & Pick<Observation, 'failures'>;

/** Looks once at all objects that can be unhealthy. */
export async function lookAtHealth(entries: readonly InventoryEntry[], run: Run, discovery: Discovery): Promise<Seen> {
  return (await look(entries, run, discovery)).seen;
}

/** Looks again and again until nothing is awaited any more, and says of what still is why. */
export async function waitForHealth(entries: readonly InventoryEntry[], run: Run, discovery: Discovery): Promise<Seen> {
  const end = Math.min(longestMilliseconds, run.deadline.remaining());
  let pause = shortestPause;
  for (let waited = 0; ; waited += pause) {
    const { seen, observation } = await look(entries, run, discovery);
    const isOver = seen.waiting.length === 0 || seen.failures.length > 0 || waited >= end;
    if (isOver) return { ...seen, ...(await explainRollouts(seen, observation, observeContext(run, discovery))) };
    await run.session.ensureCurrent();
    await run.ports.sleep(pause);
    pause = Math.min(longestPause, pause * 1.2);
  }
}

async function look(entries: readonly InventoryEntry[], run: Run, discovery: Discovery) {
  const observation = await observe(entries.filter(needsLook), observeContext(run, discovery));
  const seen: Seen = { ...judgeHealth(entries, observation), failures: observation.failures };
  return { seen, observation };
}
