import type { Clock } from '../../shared/clock.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { PlumblineError } from '../../shared/errors.ts';
import { explainEvents } from '../../shared/health/events.ts';
import { judge } from '../../shared/health/judge.ts';
import { exampleAmong, explainPods, isLeaving, isUnready, selectorOf } from '../../shared/health/pods.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import type { Resources } from '../../shared/kubernetes/resource.ts';
import { describeIdentity, identityOf } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Findings } from './decide-result.ts';
import { lastWords } from './last-words.ts';
import type { Observation } from './observe.ts';

type Context = { cluster: Cluster; resources: Resources; showsLogs: boolean; clock: Clock };

const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']);
const maximumExplained = 10;

/** Adds, to what is said of workloads that aren't healthy, why their pods don't run. */
export async function explainRollouts(
  findings: Pick<Findings, 'unhealthy' | 'waiting'>,
  { live }: Observation,
  context: Context,
): Promise<Pick<Findings, 'unhealthy' | 'waiting'>> {
  const stuck = [...live.values()].filter((object) => workloads.has(object.kind) && judge(object).status !== 'current');
  const reasons = await mapConcurrently(stuck.slice(0, maximumExplained), maximumExplained, async (object) => {
    const reason = await explainRollout(object, context);
    return [describeIdentity(identityOf(object)), reason] as const;
  });
  const byObject = new Map(reasons.filter(([, reason]) => reason !== ''));
  const add = (problem: Problem) => withReason(problem, byObject.get(problem.object ?? ''));
  return { unhealthy: findings.unhealthy.map(add), waiting: findings.waiting.map(add) };
}

const withReason = (problem: Problem, reason: string | undefined): Problem =>
  reason === undefined ? problem : { ...problem, message: `${problem.message}; ${reason}` };

/**
 * Why an object's pods don't run: their own reason and, if logs may be told, what one that ended said last; or else what the cluster's
 * controllers complained of. Whoever may read neither pods nor events gets no reason; the rollout's own message stands for itself.
 */
export async function explainRollout(object: LiveObject, context: Context): Promise<string> {
  const pods = await readPods(object, context);
  const example = exampleAmong(pods);
  if (example === undefined) return explainByEvents(object, hangingAmong(pods), context);
  const words = context.showsLogs ? await lastWords(example, context) : '';
  return words === '' ? explainPods(pods) : `${explainPods(pods)}; its log ends: ${words}`;
}

/** One that is being deleted hangs only if no other does. */
function hangingAmong(pods: readonly LiveObject[]): LiveObject | undefined {
  const unready = pods.filter(isUnready);
  return unready.find((pod) => !isLeaving(pod)) ?? unready[0];
}

function readPods(object: LiveObject, { cluster, resources }: Context): Promise<LiveObject[]> {
  const pods = resources.find('v1', 'Pod');
  const selector = selectorOf(object).map(([key, value]) => `${key}=${value}`);
  if (pods === undefined || selector.length === 0) return Promise.resolve([]);
  return unlessRefused(() => cluster.list(pods, object.metadata.namespace ?? '', selector.join(',')));
}

/** Of a pod that hangs, or of an object that gets no pods, nothing but events tells why: a volume, a probe, a quota. */
async function explainByEvents(object: LiveObject, pod: LiveObject | undefined, context: Context): Promise<string> {
  const reason = pod === undefined ? '' : await complaintsAbout(pod, context);
  return reason === '' ? complaintsAbout(object, context) : `pod ${pod?.metadata.name}: ${reason}`;
}

async function complaintsAbout({ kind, metadata }: LiveObject, { cluster, resources, clock }: Context) {
  const events = resources.find('v1', 'Event');
  if (events === undefined) return '';
  const { name, namespace = '', uid } = metadata;
  const fields = `involvedObject.kind=${kind},involvedObject.name=${name},involvedObject.uid=${uid},type=Warning`;
  return explainEvents(await unlessRefused(() => cluster.list(events, namespace, '', fields)), clock.now());
}

async function unlessRefused(ask: () => Promise<LiveObject[]>): Promise<LiveObject[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PlumblineError) return [];
    throw error;
  }
}
