import { mapConcurrently } from '../../shared/concurrency.ts';
import { PlumblineError } from '../../shared/errors.ts';
import { judge } from '../../shared/health/judge.ts';
import { explainPods } from '../../shared/health/pods.ts';
import { valueAt } from '../../shared/health/read.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import type { Resources } from '../../shared/kubernetes/resource.ts';
import { describeIdentity, identityOf } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Findings } from './decide-result.ts';
import type { Observation } from './observe.ts';

const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']);
const maximumExplained = 10;

/** Adds, to what is said of workloads that aren't healthy, why their pods don't run. */
export async function explainRollouts(
  findings: Pick<Findings, 'unhealthy' | 'waiting'>,
  { live }: Observation,
  context: { cluster: Cluster; resources: Resources },
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

/** Why an object's pods don't run. Whoever may not read pods gets no reason; the rollout's own message stands for itself. */
export async function explainRollout(
  object: LiveObject,
  { cluster, resources }: { cluster: Cluster; resources: Resources },
): Promise<string> {
  const pods = resources.find('v1', 'Pod');
  const labels = valueAt(object, 'spec.selector.matchLabels');
  if (pods === undefined || typeof labels !== 'object' || labels === null) return '';
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  try {
    return explainPods(await cluster.list(pods, object.metadata.namespace ?? '', selector.join(',')));
  } catch (error) {
    if (error instanceof PlumblineError) return '';
    throw error;
  }
}
