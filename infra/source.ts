import { Aws, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { clusterKey, environmentKey } from '../shared/state/keys.ts';
import type { ClusterReconciler } from './cluster-reconciler.ts';
import { repositoryArn } from './ecr-repositories.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowReconciliations } from './reconciliation-queues.ts';
import type { Renderer } from './renderer.ts';
import { tellRepositoryPolicy } from './repository-policy.ts';
import { allowSecret } from './secret-access.ts';

/** Long enough for a renderer that runs into its own limit twice. What takes longer is gone on with by the next look. */
const timeout = Duration.minutes(5);

export type SourceProps = { renderer: Renderer; reconcilers: ClusterReconciler[] };

/** Asks Git for the head, has it rendered, keeps the artifacts and says what each environment should run. */
export class Source extends Construct {
  readonly gitChanges: QueueWithDeadLetters;

  constructor(scope: Construct, foundation: Foundation, { renderer, reconcilers }: SourceProps) {
    super(scope, 'Source');
    const { deployer, configuration, alerts } = foundation;
    this.gitChanges = new QueueWithDeadLetters(this, 'GitChanges', { alerts, holds: 'changes in Git', timeout });
    const description = 'fetches and releases what Git says';
    const fn = new NodeFunction(this, { name: 'source', description, timeout, memorySize: 2048, alerts });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.read.privateKeySecret, 'the key of the App that reads');
    allowStores(fn, foundation);
    renderer.invokedBy(fn);
    allowDescription(fn, foundation);
    allowCharts(fn, foundation);
    allowReconciliations(fn, reconcilers);
    this.gitChanges.consumedBy(fn, { batchSize: 10, maxConcurrency: 5 });
    this.gitChanges.buriedBy(fn);
  }
}

function allowStores(fn: NodeFunction, { deployer, state, artifacts }: Foundation): void {
  const { environments, clusters } = deployer;
  const partitions = [...Object.keys(environments).map(environmentKey), ...Object.keys(clusters).map(clusterKey)];
  state.usedBy(fn, ['GetItem', 'PutItem', 'UpdateItem'], partitions);
  const own = [
    keys.tree('*', '*'),
    keys.rendering('*', '*', '*'),
    keys.rendered('*', '*'),
    keys.chart('*'),
    keys.artifact('*', '*'),
    keys.release('*', '*'),
  ];
  artifacts.usedBy(fn, { read: own, write: own });
}

/** Charts in ECR; from everywhere else they come without credentials. */
function allowCharts(fn: NodeFunction, { deployer }: Foundation): void {
  const patterns = new Set(Object.values(deployer.environments).flatMap(({ charts }) => charts));
  const arns = [...patterns].map((pattern) => repositoryArn(pattern.replace(/^oci:\/\//, '')));
  const known = arns.filter((arn) => arn !== undefined);
  if (known.length === 0) return;
  const actions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  fn.allow('charts', actions, known);
  tellRepositoryPolicy('Chart', fn, actions);
}

/** The cluster's endpoint and certificate authority, which the reconciler has no way to ask for. */
function allowDescription(fn: NodeFunction, { deployer }: Foundation): void {
  const names = Object.values(deployer.clusters).map(({ name }) => name);
  const arns = names.map((name) => `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${name}`);
  fn.allow('the address of each cluster, its certificate authority and version', ['eks:DescribeCluster'], arns);
}
