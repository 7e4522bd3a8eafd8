import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { admitClusters } from './admit-clusters.ts';
import { Alerts } from './alerts.ts';
import { ArtifactBucket } from './artifact-bucket.ts';
import { ClusterReconciler, queueElsewhere } from './cluster-reconciler.ts';
import { besideRenderer, clusterOf, clustersAtHome, clustersElsewhere } from './clusters.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { PlumblineDashboard } from './dashboard.ts';
import { Dispatcher } from './dispatcher.ts';
import { Encryption } from './encryption.ts';
import type { Foundation } from './foundation.ts';
import { GatewayEndpoints } from './gateway-endpoints.ts';
import { ImageUpdater } from './image-updater.ts';
import { installationOf } from './installation.ts';
import { leastPolicies } from './policies.ts';
import { Renderer } from './renderer.ts';
import { Reporter } from './reporter.ts';
import { Source } from './source.ts';
import { StateTable } from './state-table.ts';
import { Watch } from './watch.ts';
import { Webhook } from './webhook.ts';

export type PlumblineProps = {
  /** What `deployer.yaml` says, read and validated: `readDeployer()`. */
  deployer: Deployer;
  /**
   * What the names begin with that stacks of other accounts must know, and those of what outlives the stack. A second Plumbline in the
   * same account and region needs another.
   *
   * @default 'plumbline'
   */
  name?: string;
};

/** The whole of Plumbline: what flows where. What each part may do stands in its own construct. */
export class Plumbline extends Construct {
  constructor(scope: Construct, id: string, { deployer, name }: PlumblineProps) {
    super(scope, id);
    leastPolicies(this, Object.keys(deployer.environments));
    const installation = installationOf(deployer, name);
    if (deployer.encryption) new Encryption(this, deployer.encryption);
    const foundation: Foundation = {
      deployer,
      installation,
      configuration: new ConfigurationLayer(this, deployer),
      state: new StateTable(this, installation),
      artifacts: new ArtifactBucket(this, installation),
      alerts: new Alerts(this, deployer.alerts),
    };
    const { state, artifacts, alerts } = foundation;
    admitClusters(foundation);
    const atHome = clustersAtHome(deployer);
    const clusters = atHome.map((key) => clusterOf(deployer, key));
    new GatewayEndpoints(this, clusters, { bucketArn: artifacts.bucket.bucketArn, tableArn: state.table.tableArn });

    // Against the flow, since whoever sends must know the queue: the clusters first, GitHub and the registry last.
    const reconcilers = atHome.map(
      (key) => new ClusterReconciler(this, `Reconciler-${key}`, { deployer, cluster: key, foundation }),
    );
    const elsewhere = clustersElsewhere(deployer).map((one) => queueElsewhere(installation, one));
    const reconciliations = [...reconcilers.map(({ queue }) => queue), ...elsewhere];
    const renderer = new Renderer(this, foundation, { cluster: besideRenderer(deployer) });
    const { gitChanges } = new Source(this, foundation, { renderer, reconciliations });
    const { imagePushes } = new ImageUpdater(this, foundation);
    const { url } = new Webhook(this, foundation, { gitChanges });
    const { reports } = new Reporter(this, foundation, { reconcilers });
    new Dispatcher(this, foundation, { gitChanges, imagePushes, reports, reconciliations });

    new Watch(this, foundation);
    new PlumblineDashboard(this, foundation);

    this.tell('WebhookUrl', url, 'Payload URL for the webhook of the GitHub App that reads');
    this.tell('AlertTopicArn', alerts.topic.topicArn, 'Subscribe to it whatever should hear of failures');
    this.tell('ArtifactBucketName', artifacts.bucket.bucketName, 'Trees, artifacts, releases and inventories');
    this.tell('StateTableName', state.table.tableName, 'What should run, and what does');
    this.tell('GitChangesQueueUrl', gitChanges.queue.queueUrl, 'Branches that may have moved');
    this.tell('ImagePushesQueueUrl', imagePushes.queue.queueUrl, 'Images that may be new');
  }

  private tell(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
