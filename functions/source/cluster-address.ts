import type { ClusterState } from '../../shared/state/types.ts';
import type { SourcePorts } from './ports.ts';

/** A certificate authority or an endpoint changes rarely: it is asked for again after this long. */
const validForMilliseconds = 10 * 60 * 1000;

/** The cluster as the state table has it, its address described anew when it is old: the reconciler has no way out of its VPC to ask. */
export async function describeCluster(
  cluster: string,
  { state, clusters, describe, clock }: SourcePorts,
): Promise<ClusterState> {
  const known = await state.readCluster(cluster);
  const now = clock.now();
  if (known !== undefined && now.getTime() - new Date(known.describedAt).getTime() < validForMilliseconds) return known;
  const address = { cluster, ...(await describe(clusters[cluster]?.name ?? cluster)), describedAt: now.toISOString() };
  await state.writeClusterAddress(address);
  return { ...known, ...address };
}
