import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { variables } from '../shared/environment-variables.ts';
import { clusterKey, environmentKey, pullRequestsKey } from '../shared/state/keys.ts';
import { clusterOf, clustersAtHome, clustersElsewhere } from './clusters.ts';
import { repositoryArn } from './ecr-repositories.ts';
import type { Foundation } from './foundation.ts';
import { roleArnOf, roleNameOf, roles } from './installation.ts';
import { NodeFunction } from './node-function.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowReconciliations, type ReconciliationQueue } from './reconciliation-queues.ts';
import type { Renderer } from './renderer.ts';
import { tellRepositoryPolicy } from './repository-policy.ts';
import { allowSecret } from './secret-access.ts';

/** Long enough for a renderer that runs into its own limit twice. What takes longer is gone on with by the next look. */
const timeout = Duration.minutes(5);

export type SourceProps = { renderer: Renderer; reconciliations: ReconciliationQueue[] };

/** Asks Git for the head, has it rendered, keeps the artifacts and says what each environment should run. */
export class Source extends Construct {
  readonly gitChanges: QueueWithDeadLetters;

  constructor(scope: Construct, foundation: Foundation, { renderer, reconciliations }: SourceProps) {
    super(scope, 'Source');
    const { deployer, installation, configuration, alerts } = foundation;
    this.gitChanges = new QueueWithDeadLetters(this, 'GitChanges', { alerts, holds: 'changes in Git', timeout });
    const description = 'fetches and releases what Git says';
    const fn = new NodeFunction(this, {
      name: 'source',
      description,
      timeout,
      memorySize: 2048,
      alerts,
      roleName: roleNameOf(installation, roles.source),
    });
    configuration.readBy(fn);
    allowSecret(fn, deployer.github.apps.read.privateKeySecret, 'the key of the App that reads');
    allowStores(fn, foundation);
    renderer.invokedBy(fn);
    allowDescription(fn, foundation);
    allowCharts(fn, foundation);
    for (const name of new Set(deployer.chartCredentials.map(({ secret }) => secret)))
      allowSecret(fn, name, 'charts that are not public');
    allowReconciliations(fn, reconciliations);
    this.gitChanges.consumedBy(fn, { batchSize: 10, maxConcurrency: 5 });
    this.gitChanges.buriedBy(fn);
  }
}

function allowStores(fn: NodeFunction, { deployer, state, artifacts }: Foundation): void {
  const { environments, clusters } = deployer;
  state.usedBy(fn, ['GetItem', 'PutItem', 'UpdateItem'], Object.keys(environments).map(environmentKey));
  const pullRequests = Object.keys(environments).map(pullRequestsKey);
  state.usedBy(fn, ['Query', 'PutItem', 'DeleteItem'], pullRequests);
  state.usedBy(fn, ['GetItem', 'PutItem'], Object.keys(clusters).map(clusterKey));
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

/** Charts in ECR, where the function's own role reads them. */
function allowCharts(fn: NodeFunction, { deployer }: Foundation): void {
  const patterns = new Set(Object.values(deployer.environments).flatMap(({ charts }) => charts));
  const arns = [...patterns].map((pattern) => repositoryArn(pattern.replace(/^oci:\/\//, '')));
  const known = arns.filter((arn) => arn !== undefined);
  if (known.length === 0) return;
  const actions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  fn.allow('charts', actions, known);
  tellRepositoryPolicy('Chart', fn, actions);
}

/**
 * The cluster's endpoint and certificate authority, which the reconciler has no way to ask for. EKS takes no policies for its clusters: those
 * of another account are asked through a role there that may do nothing else.
 */
function allowDescription(fn: NodeFunction, { deployer, installation }: Foundation): void {
  const why = 'the address of each cluster, its certificate authority and version';
  const names = clustersAtHome(deployer).map((key) => clusterOf(deployer, key).name);
  const arns = names.map((name) => `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${Aws.ACCOUNT_ID}:cluster/${name}`);
  if (arns.length > 0) fn.allow(why, ['eks:DescribeCluster'], arns);
  const elsewhere = clustersElsewhere(deployer).map(
    ({ key, account }) => [key, roleArnOf(installation, roles.description(key), account)] as const,
  );
  fn.setVariable(variables.descriptionRoles, Stack.of(fn).toJsonString(Object.fromEntries(elsewhere)));
  if (elsewhere.length > 0)
    fn.allow(
      `${why}, of those in other accounts`,
      ['sts:AssumeRole'],
      elsewhere.map(([, arn]) => arn),
    );
}
