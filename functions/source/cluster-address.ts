import { isRetryable, problemsOf } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { SourcePorts } from './ports.ts';

/** A certificate authority or an endpoint changes rarely: it is asked for again after this long. */
const validForMilliseconds = 10 * 60 * 1000;

/** Somebody must change the cluster, or what `deployer.yaml` says of it, before anything can be deployed to it. */
export type UnusableCluster = { problems: readonly Problem[] };

export const isUnusable = (cluster: ClusterState | UnusableCluster): cluster is UnusableCluster =>
  'problems' in cluster;

/** The cluster as the state table has it, its address described anew when it is old: the reconciler has no way out of its VPC to ask. */
export async function describeCluster(
  cluster: string,
  { state, clusters, describe, clock }: Pick<SourcePorts, 'state' | 'clusters' | 'describe' | 'clock'>,
): Promise<ClusterState | UnusableCluster> {
  const known = await state.readCluster(cluster);
  const now = clock.now();
  if (known !== undefined && now.getTime() - new Date(known.describedAt).getTime() < validForMilliseconds) return known;
  try {
    const described = await describe({ key: cluster, name: clusters[cluster]?.name ?? cluster });
    const address = { cluster, ...described, describedAt: now.toISOString() };
    await state.writeClusterAddress(address);
    return { ...known, ...address };
  } catch (error) {
    if (isRetryable(error)) throw error;
    return { problems: problemsOf(error) };
  }
}
