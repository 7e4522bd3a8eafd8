import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { RenderResult } from '../../shared/artifacts/render-result.ts';
import type { ObjectStore, Presigner } from '../../shared/artifacts/store.ts';
import type { FetchChart } from '../../shared/charts/ports.ts';
import type { Clock, Deadline } from '../../shared/clock.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import type { SendAll } from '../../shared/events/queues.ts';
import type { GitReader } from '../../shared/git/ports.ts';
import type { PullRequestReader } from '../../shared/git/pull-request-ports.ts';
import type { Measure } from '../../shared/lambda/metrics.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { PullRequestStore } from '../../shared/state/pull-request.ts';
import type { ClusterStore, DesiredStore } from '../../shared/state/store.ts';
import type { ClusterState } from '../../shared/state/types.ts';

/**
 * Invokes `renderer`, which never renders for two environments in one process. `crashed` when it ended without an answer: out of memory or
 * time.
 */
export type Render = (request: RenderRequest, environment: string) => Promise<RenderResult | 'crashed'>;

/**
 * Asks EKS for a cluster, known by its key in `deployer.yaml` and by its own name.
 *
 * @throws BadInputError when somebody must change the cluster before it can be deployed to; it says how
 */
export type DescribeCluster = (cluster: {
  key: string;
  name: string;
}) => Promise<Pick<ClusterState, 'endpoint' | 'certificateAuthority'>>;

export type SourcePorts = {
  environments: Deployer['environments'];
  clusters: Deployer['clusters'];
  git: GitReader & PullRequestReader;
  state: DesiredStore & Pick<ClusterStore, 'readCluster' | 'writeClusterAddress'>;
  pullRequests: Omit<PullRequestStore, 'readPullRequest' | 'notePlan'>;
  objects: ObjectStore & Presigner;
  readRelease: ReadRelease;
  render: Render;
  fetchChart: FetchChart;
  describe: DescribeCluster;
  sendAll: SendAll;
  /** URL by cluster (its key in `deployer.yaml`). */
  reconciliationQueues: Record<string, string>;
  clock: Clock;
  /** Of this invocation. */
  deadline: Deadline;
  log: Log;
  measure: Measure;
  sleep(milliseconds: number): Promise<unknown>;
};
