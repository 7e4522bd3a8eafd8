import { OutOfTimeError } from '../../../shared/kubernetes/api.ts';
import type { Discovery } from '../../../shared/kubernetes/discovery.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { explainRollout } from '../explain-rollouts.ts';
import type { Hook } from '../prepared.ts';
import { observeContext, type Run } from '../run.ts';
import { longestWait, nextPause, shortestPause } from '../wait-for-health.ts';
import { hookStatus } from './hook-status.ts';

/** How a hook stands when it was followed for as long as there is time. */
export type Followed = { status: 'succeeded' | 'running' | 'failed'; message: string };

/** Waits a little for a hook to end. One that takes longer is followed on by a later run. */
export async function followHook(hook: Hook, made: LiveObject, run: Run, discovery: Discovery): Promise<Followed> {
  const longest = longestWait(run);
  let object = made;
  for (let waited = 0, pause = shortestPause; ; waited += pause, pause = nextPause(pause)) {
    const { status, message } = hookStatus(object);
    if (status === 'current') return { status: 'succeeded', message };
    if (status === 'failed') return { status: 'failed', message: await explain(object, message, run, discovery) };
    if (waited >= longest || run.deadline.remaining() <= 0)
      return { status: 'running', message: await explain(object, message, run, discovery) };
    await run.ports.sleep(pause);
    await run.session.ensureCurrent();
    const live = await readInTime(hook, run);
    if (live === 'no time') return { status: 'running', message };
    if (live === undefined) return { status: 'running', message: 'it was deleted while it ran; it is made anew' };
    object = live;
  }
}

async function readInTime({ resource, identity }: Hook, { open }: Run): Promise<LiveObject | undefined | 'no time'> {
  try {
    return await open.cluster.read(resource, identity);
  } catch (error) {
    if (error instanceof OutOfTimeError) return 'no time';
    throw error;
  }
}

/** With the reason of its pods, if they have one. */
async function explain(object: LiveObject, message: string, run: Run, discovery: Discovery): Promise<string> {
  const reason = await explainRollout(object, observeContext(run, discovery));
  return [message, reason].filter((part) => part !== '').join('; ');
}
