import { isDeepStrictEqual } from 'node:util';
import { TryAgainError } from '../../shared/errors.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import { apiVersionsOf, type Discovery, minorVersion } from '../../shared/kubernetes/discovery.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { Connection, ReconcilerPorts } from './ports.ts';

/**
 * Connects to this reconciler's cluster. What the cluster serves is recorded in state, for those who render.
 *
 * @throws TryAgainError if nobody has described the cluster yet, RefusedError if its address is not one of EKS
 */
export async function openCluster(
  environment: string,
  ports: ReconcilerPorts,
  deadline: Deadline,
): Promise<Connection> {
  const known = await ports.state.readCluster(ports.clusterKey);
  if (known === undefined)
    throw new TryAgainError(
      `the address of the cluster "${ports.clusterKey}" is not known yet; it is asked for with the next look at Git`,
    );
  return ports.connect(known, environment, deadline, (discovery) => record(discovery, known, ports));
}

/** While an extension server doesn't answer, its kinds are not gone, only silent. */
async function record(found: Discovery, { cluster, version, apiVersions }: ClusterState, { state }: ReconcilerPorts) {
  const served = { version: minorVersion(found), apiVersions: apiVersionsOf(found) };
  if (found.stale.length > 0 || isDeepStrictEqual(served, { version, apiVersions })) return;
  await state.writeClusterApis({ cluster, ...served });
}
