import { KubectlV36Layer } from '@aws-cdk/lambda-layer-kubectl-v36';
import { Duration, Size } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import { variables } from '../shared/environment-variables.ts';
import { ClusterNetwork } from './cluster-network.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';

/**
 * Runs what repositories contain (templates, kustomizations), so it is given nothing: no right but to its log, no secret, no
 * configuration, and no way out but to S3's gateway endpoint, for the two presigned URLs that `source` hands to it.
 */
export class Renderer extends Construct {
  private readonly fn: NodeFunction;

  constructor(scope: Construct, { alerts }: Foundation, { cluster }: { cluster: DeployerCluster }) {
    super(scope, 'Renderer');
    this.fn = new NodeFunction(this, {
      name: 'renderer',
      description: 'renders an application without any rights',
      timeout: Duration.seconds(90),
      memorySize: 2048,
      ephemeralStorageSize: Size.gibibytes(1),
      // The layer's kubectl and helm are x86-64 programs.
      architecture: Architecture.X86_64,
      layers: [new KubectlV36Layer(this, 'Kubectl')],
      network: new ClusterNetwork(this, cluster, { services: ['s3'] }),
      alerts,
    });
    this.fn.setVariable(variables.kubectl, '/opt/kubectl/kubectl');
    this.fn.setVariable(variables.helm, '/opt/helm/helm');
  }

  invokedBy(fn: NodeFunction): void {
    fn.setVariable(variables.rendererFunctionName, this.fn.lambda.functionName);
    fn.allow('to have a folder rendered', ['lambda:InvokeFunction'], [this.fn.lambda.functionArn]);
  }
}
