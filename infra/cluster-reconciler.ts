import { Aws, CfnOutput, Duration } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import type { Deployer } from '../shared/config/deployer.ts';
import { variables } from '../shared/environment-variables.ts';
import { reconcilerGroup } from '../shared/kubernetes/names.ts';
import { ClusterNetwork } from './cluster-network.ts';
import { type ClusterElsewhere, clusterOf, environmentsOf } from './clusters.ts';
import type { ReconcilerFoundation } from './foundation.ts';
import { type FromElsewhere, foundationElsewhere, letHomeIn } from './from-elsewhere.ts';
import { type Installation, queueNameOf, roleNameOf, roles } from './installation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { reconcilerRights } from './reconciler-rights.ts';
import { type ReconciliationQueue, reconciliationsOf } from './reconciliation-queues.ts';
import { watchDrift } from './watch.ts';

const timeout = Duration.minutes(2);

export type ClusterReconcilerProps = FromElsewhere & {
  /** What `deployer.yaml` says: `readDeployer()`. */
  deployer: Deployer;
  /** Its key among the `clusters` of `deployer.yaml`. */
  cluster: string;
  /**
   * The part of Plumbline that is in the same stack.
   *
   * @default none: Plumbline is in another account (`home` of `deployer.yaml`), and known by the names of its resources
   */
  foundation?: ReconcilerFoundation;
};

/**
 * The only one that writes to its cluster: inside the VPC, with no way out but to the cluster, S3 and DynamoDB. `Plumbline` makes one for
 * each cluster of its own account; for a cluster of another account it stands by itself in a stack there.
 *
 * It may send nothing, not even to its dead letters, which it couldn't reach anyway. A message that it can't read comes back and goes
 * there by the queue's own redrive.
 */
export class ClusterReconciler extends Construct {
  readonly key: string;
  readonly reconciliations: QueueWithDeadLetters;
  /** Name of its log group. */
  readonly log: string;
  private readonly names: { queueName?: string; roleName?: string };

  constructor(scope: Construct, id: string, props: ClusterReconcilerProps) {
    super(scope, id);
    const { deployer, cluster: key } = props;
    const cluster = clusterOf(deployer, key);
    const foundation = props.foundation ?? foundationElsewhere(this, props);
    const { installation, alerts, configuration } = foundation;
    const isElsewhere = props.foundation === undefined;
    this.key = key;
    this.names = isElsewhere
      ? { queueName: queueNameOf(installation, key), roleName: roleNameOf(installation, roles.reconciler(key)) }
      : {};
    const holds = reconciliationsOf(key);
    const { queueName } = this.names;
    const queue = { alerts, holds, timeout, fifo: true, ...(queueName && { queueName }) };
    this.reconciliations = new QueueWithDeadLetters(this, 'Reconciliations', queue);
    const fn = this.createFunction(foundation, cluster);
    this.log = fn.lambda.logGroup.logGroupName;
    configuration.readBy(fn);
    watchDrift(alerts, deployer.schedules);
    fn.setVariable(variables.cluster, key);
    allowState(fn, foundation, key, environmentsOf(deployer, key));
    this.reconciliations.consumedBy(fn, { batchSize: 1, maxConcurrency: cluster.maxConcurrency });
    new CfnAccessEntry(this, 'AccessEntry', {
      clusterName: cluster.name,
      principalArn: fn.role.roleArn,
      kubernetesGroups: [reconcilerGroup],
      type: 'STANDARD',
    });
    if (isElsewhere) letHomeIn(this, { installation, key, cluster });
    new CfnOutput(this, 'QueueUrl', { value: this.reconciliations.queue.queueUrl, description: holds });
  }

  /** For those who may send to it. */
  get queue(): ReconciliationQueue {
    const { queueUrl, queueArn } = this.reconciliations.queue;
    return { cluster: this.key, url: queueUrl, arn: queueArn };
  }

  private createFunction({ alerts }: ReconcilerFoundation, cluster: DeployerCluster): NodeFunction {
    const network = new ClusterNetwork(this, cluster, { services: ['s3', 'dynamodb'], cluster: true });
    const description = `reconciles the applications of cluster ${this.key}`;
    const { roleName } = this.names;
    const named = roleName === undefined ? {} : { roleName };
    return new NodeFunction(this, {
      name: 'reconciler',
      description,
      timeout,
      memorySize: 1024,
      network,
      alerts,
      ...named,
    });
  }
}

/** Where the reconciler of a cluster of another account is asked. */
export function queueElsewhere(installation: Installation, { key, account }: ClusterElsewhere): ReconciliationQueue {
  const name = queueNameOf(installation, key);
  const { region } = installation;
  const url = `https://sqs.${region}.${Aws.URL_SUFFIX}/${account}/${name}`;
  return { cluster: key, url, arn: `arn:${Aws.PARTITION}:sqs:${region}:${account}:${name}` };
}

function allowState(fn: NodeFunction, { state, artifacts }: ReconcilerFoundation, key: string, own: string[]): void {
  const rights = reconcilerRights(key, own);
  for (const { actions, partitions } of rights.state) state.usedBy(fn, actions, partitions);
  artifacts.usedBy(fn, rights);
}
