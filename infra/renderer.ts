import { KubectlV36Layer } from '@aws-cdk/lambda-layer-kubectl-v36';
import { Duration, Size } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import { variables } from '../shared/environment-variables.ts';
import { ClusterNetwork } from './cluster-network.ts';
import type { Foundation } from './foundation.ts';
import { type FunctionNetwork, NodeFunction } from './node-function.ts';
import { RendererNetwork } from './renderer-network.ts';

/**
 * Runs what repositories contain (templates, kustomizations), so it is given nothing: no right but to its log, no secret, no
 * configuration, and no way out but to S3's gateway endpoint, for the presigned URLs that `source` hands to it. What one environment's
 * content leaves behind in an instance, another's never meets.
 */
export class Renderer extends Construct {
  private readonly fn: NodeFunction;

  constructor(scope: Construct, foundation: Foundation, { cluster }: { cluster: DeployerCluster }) {
    super(scope, 'Renderer');
    const { alerts, deployer } = foundation;
    this.fn = new NodeFunction(this, {
      name: 'renderer',
      description: 'renders an application without any rights',
      timeout: Duration.seconds(90),
      memorySize: 2048,
      ephemeralStorageSize: Size.gibibytes(1),
      // The layer's kubectl and helm are x86-64 programs.
      architecture: Architecture.X86_64,
      layers: [new KubectlV36Layer(this, 'Kubectl')],
      network: this.createNetwork(foundation, cluster),
      perTenant: deployer.renderer.tenantIsolation,
      alerts,
    });
    this.fn.setVariable(variables.kubectl, '/opt/kubectl/kubectl');
    this.fn.setVariable(variables.helm, '/opt/helm/helm');
  }

  private createNetwork({ deployer, artifacts }: Foundation, cluster: DeployerCluster): FunctionNetwork {
    if (deployer.renderer.network === 'cluster') return new ClusterNetwork(this, cluster, { services: ['s3'] });
    return new RendererNetwork(this, { artifacts, s3PrefixList: cluster.vpc.prefixLists.s3 });
  }

  invokedBy(fn: NodeFunction): void {
    fn.setVariable(variables.rendererFunctionName, this.fn.lambda.functionName);
    fn.allow('to have a folder rendered', ['lambda:InvokeFunction'], [this.fn.lambda.functionArn]);
  }
}
