import { isDeepStrictEqual } from 'node:util';
import { TryAgainError } from '../../shared/errors.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import { apiVersionsOf, type Discovery, minorVersion } from '../../shared/kubernetes/discovery.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { ReconcilerPorts } from './ports.ts';

export type OpenCluster = {
  cluster: Cluster;
  /** What the cluster serves, from a cache unless `refresh`; recorded in state for those who render. */
  discovery(refresh?: boolean): Promise<Discovery>;
};

/** @throws TryAgainError if nobody has described the cluster yet, RefusedError if its address is not one of EKS */
export async function openCluster(
  environment: string,
  ports: ReconcilerPorts,
  deadline: Deadline,
): Promise<OpenCluster> {
  const known = await ports.state.readCluster(ports.clusterKey);
  if (known === undefined)
    throw new TryAgainError(
      `the address of the cluster "${ports.clusterKey}" is not known yet; it is asked for with the next look at Git`,
    );
  const { cluster, discovery } = ports.connect(known, environment, deadline);
  return {
    cluster,
    async discovery(refresh) {
      const found = await discovery(refresh);
      await record(found, known, ports);
      return found;
    },
  };
}

async function record(found: Discovery, { cluster, version, apiVersions }: ClusterState, { state }: ReconcilerPorts) {
  const served = { version: minorVersion(found), apiVersions: apiVersionsOf(found) };
  if (isDeepStrictEqual(served, { version, apiVersions })) return;
  await state.writeClusterApis({ cluster, ...served });
}
