import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { Alerts } from './alerts.ts';
import { ArtifactBucket } from './artifact-bucket.ts';
import { ClusterReconciler } from './cluster-reconciler.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Foundation } from './foundation.ts';
import { GatewayEndpoints } from './gateway-endpoints.ts';
import { ImageUpdater } from './image-updater.ts';
import { Renderer } from './renderer.ts';
import { Reporter } from './reporter.ts';
import { Source } from './source.ts';
import { StateTable } from './state-table.ts';
import { Webhook } from './webhook.ts';

export type PlumblineProps = {
  /** What `deployer.yaml` says, read and validated: `readDeployer()`. */
  deployer: Deployer;
};

/** The whole of Plumbline: what flows where. What each part may do stands in its own construct. */
export class Plumbline extends Construct {
  constructor(scope: Construct, id: string, { deployer }: PlumblineProps) {
    super(scope, id);
    this.node.setContext('@aws-cdk/aws-iam:minimizePolicies', true);
    const clusters = Object.values(deployer.clusters);
    const foundation: Foundation = {
      deployer,
      configuration: new ConfigurationLayer(this, deployer),
      state: new StateTable(this),
      artifacts: new ArtifactBucket(this),
      alerts: new Alerts(this, deployer.alerts),
    };
    const { state, artifacts, alerts } = foundation;
    new GatewayEndpoints(this, { clusters, artifacts, state });

    // Against the flow, since whoever sends must know the queue: the clusters first, GitHub and the registry last.
    const reconcilers = this.createReconcilers(foundation);
    const renderer = new Renderer(this, foundation, { cluster: firstOf(clusters) });
    const { gitChanges } = new Source(this, foundation, { renderer, reconcilers });
    const { imagePushes } = new ImageUpdater(this, foundation);
    const { url } = new Webhook(this, foundation, { gitChanges });
    new Dispatcher(this, foundation, { gitChanges, imagePushes, reconcilers });
    new Reporter(this, foundation);

    this.tell('WebhookUrl', url, 'Payload URL for the webhook of the GitHub App that reads');
    this.tell('AlertTopicArn', alerts.topic.topicArn, 'Subscribe to it whatever should hear of failures');
    this.tell('ArtifactBucketName', artifacts.bucket.bucketName, 'Trees, artifacts, releases and inventories');
    this.tell('StateTableName', state.table.tableName, 'What should run, and what does');
    this.tell('GitChangesQueueUrl', gitChanges.queue.queueUrl, 'Branches that may have moved');
    this.tell('ImagePushesQueueUrl', imagePushes.queue.queueUrl, 'Images that may be new');
  }

  private createReconcilers(foundation: Foundation): ClusterReconciler[] {
    const environments = Object.entries(foundation.deployer.environments);
    return Object.entries(foundation.deployer.clusters).map(([key, cluster]) => {
      const own = environments.filter(([, environment]) => environment.cluster === key).map(([name]) => name);
      return new ClusterReconciler(this, foundation, { key, cluster, environments: own });
    });
  }

  private tell(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}

function firstOf<T>([first]: T[]): T {
  if (first === undefined) throw new Error('deployer.yaml names no cluster');
  return first;
}
