import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import type { Findings } from './decide-result.ts';
import { explainRollouts } from './explain-rollouts.ts';
import { judgeHealth, needsLook } from './judge-health.ts';
import { fewEntries, type Observation, observe, observeEach } from './observe.ts';
import { observeContext, type Run } from './run.ts';

/** How long a rollout is waited for before the message is given back: long enough for most, and nobody else is held up. */
const longestMilliseconds = 20_000;
export const shortestPause = 100;
const longestPause = 1_000;
export const nextPause = (pause: number) => Math.min(longestPause, pause * 1.4);

export type Look = { findings: Findings; observation: Observation; pending: InventoryEntry[] };

/** Looks again and again at what isn't as it should be, until nothing is awaited any more, and says of what still is why. */
export async function waitForHealth(
  entries: readonly InventoryEntry[],
  first: Look,
  run: Run,
  discovery: Discovery,
): Promise<Findings> {
  const longest = longestWait(run);
  let found = first;
  let pause = shortestPause;
  let waited = 0;
  while (isPending(found) && waited < longest && run.deadline.remaining() > 0) {
    await run.ports.sleep(pause);
    waited += pause;
    await run.session.ensureCurrent();
    pause = nextPause(pause);
    // What has become healthy in the meantime is looked at again when all is: nothing may be healthy only in turns.
    found = await lookAtHealth(found.pending, run, discovery);
    if (found.pending.length === 0) found = await lookAtHealth(entries, run, discovery);
  }
  return explain(found, run, discovery);
}

const isPending = ({ findings: { waiting, failures } }: Look) => waiting.length > 0 && failures.length === 0;

/** How long a run may wait for one thing, in milliseconds. */
export const longestWait = (run: Run) => Math.min(longestMilliseconds, run.deadline.remaining(), leftOfRollout(run));

function leftOfRollout({ session, ports, timeoutSeconds }: Run): number {
  const now = ports.clock.now().getTime();
  const since = new Date(session.state().since ?? now).getTime();
  return Math.max(0, since + timeoutSeconds * 1000 - now);
}

/** Looks once at all objects that can be unhealthy. */
export async function lookAtHealth(entries: readonly InventoryEntry[], run: Run, discovery: Discovery): Promise<Look> {
  const looked = entries.filter(needsLook);
  const context = observeContext(run, discovery);
  const observation = await (looked.length <= fewEntries ? observeEach(looked, context) : observe(looked, context));
  const { unhealthy, waiting, pending } = judgeHealth(looked, observation);
  return { findings: { failures: observation.failures, unhealthy, waiting }, observation, pending };
}

async function explain({ findings, observation }: Look, run: Run, discovery: Discovery): Promise<Findings> {
  return { ...findings, ...(await explainRollouts(findings, observation, observeContext(run, discovery))) };
}
