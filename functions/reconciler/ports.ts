import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { ObjectStore } from '../../shared/artifacts/store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { PullRequestStore } from '../../shared/state/pull-request.ts';
import type { ApplicationStore, ClusterStore, DesiredStore } from '../../shared/state/store.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { ReadHolders } from './ownership/heirs.ts';

/** A cluster as one environment sees it. `maker`: as its second identity, which makes namespaces. */
export type Connection = {
  cluster: Cluster;
  maker: Cluster;
  /** What the cluster serves, from a cache; `refresh` asks anew. */
  discovery(refresh?: boolean): Promise<Discovery>;
};

/**
 * @param onDiscovery called with every new answer to what the cluster serves, never with one from the cache: others may know better by then
 * @throws RefusedError if the address is not one that our credentials may be sent to
 */
export type Connect = (
  address: ClusterState,
  environment: string,
  deadline: Deadline,
  onDiscovery: (discovery: Discovery) => Promise<void>,
) => Connection;

export type ReconcilerPorts = {
  /** The key of this reconciler's cluster in `deployer.yaml`. */
  clusterKey: string;
  state: Pick<DesiredStore, 'readDesired'> &
    Pick<ApplicationStore, 'readApplication' | 'writeApplication' | 'deleteApplication'> &
    Pick<ClusterStore, 'readCluster' | 'writeClusterApis'>;
  pullRequests: Pick<PullRequestStore, 'readPullRequest' | 'notePlan'>;
  objects: ObjectStore;
  readRelease: ReadRelease;
  readHolders: ReadHolders;
  connect: Connect;
  clock: Clock;
  sleep(milliseconds: number): Promise<unknown>;
  log: Log;
};
