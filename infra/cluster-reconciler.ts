import { CfnOutput, Duration } from 'aws-cdk-lib';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import { variables } from '../shared/environment-variables.ts';
import { reconcilerGroup } from '../shared/kubernetes/names.ts';
import { clusterKey, environmentKey, successKey } from '../shared/state/keys.ts';
import { ClusterNetwork } from './cluster-network.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { watchDrift } from './watch.ts';

const timeout = Duration.minutes(2);

export type ClusterReconcilerProps = {
  /** Its key in `deployer.yaml`. */
  key: string;
  cluster: DeployerCluster;
  /** The environments that are deployed to it: it reads and writes nothing of the others'. */
  environments: string[];
};

/**
 * The only one that writes to its cluster: inside the VPC, with no way out but to the cluster, S3 and DynamoDB.
 *
 * It may send nothing, not even to its dead letters, which it couldn't reach anyway. A message that it can't read comes back and goes
 * there by the queue's own redrive.
 */
export class ClusterReconciler extends Construct {
  readonly key: string;
  readonly reconciliations: QueueWithDeadLetters;

  constructor(scope: Construct, foundation: Foundation, { key, cluster, environments }: ClusterReconcilerProps) {
    super(scope, `Reconciler-${key}`);
    this.key = key;
    const { alerts, configuration } = foundation;
    const holds = `reconciliations of cluster ${key}`;
    this.reconciliations = new QueueWithDeadLetters(this, 'Reconciliations', { alerts, holds, timeout, fifo: true });
    const fn = this.createFunction(foundation, cluster);
    configuration.readBy(fn);
    watchDrift(alerts, foundation.deployer.schedules);
    fn.setVariable(variables.cluster, key);
    allowState(fn, foundation, environments, key);
    this.reconciliations.consumedBy(fn, { batchSize: 1, maxConcurrency: cluster.maxConcurrency });
    new CfnAccessEntry(this, 'AccessEntry', {
      clusterName: cluster.name,
      principalArn: fn.role.roleArn,
      kubernetesGroups: [reconcilerGroup],
      type: 'STANDARD',
    });
    new CfnOutput(this, 'QueueUrl', { value: this.reconciliations.queue.queueUrl, description: holds });
  }

  private createFunction({ alerts }: Foundation, cluster: DeployerCluster): NodeFunction {
    const network = new ClusterNetwork(this, cluster, { services: ['s3', 'dynamodb'], cluster: true });
    const description = `reconciles the applications of cluster ${this.key}`;
    return new NodeFunction(this, { name: 'reconciler', description, timeout, memorySize: 1024, network, alerts });
  }
}

function allowState(fn: NodeFunction, { state, artifacts }: Foundation, environments: string[], cluster: string): void {
  const partitions = [...environments.map(environmentKey), clusterKey(cluster)];
  state.usedBy(fn, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], partitions);
  state.usedBy(fn, ['PutItem'], environments.map(successKey));
  const inventories = environments.map((environment) => keys.inventory(environment, '*', '*'));
  const plans = environments.map((environment) => keys.plan(environment, '*', '*'));
  const released = environments.flatMap((environment) => [
    keys.artifact(environment, '*'),
    keys.release(environment, '*'),
  ]);
  artifacts.usedBy(fn, { read: [...released, ...inventories], write: [...inventories, ...plans] });
}
