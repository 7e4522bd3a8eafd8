import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Plumbline, type PlumblineProps } from './plumbline.ts';

/** Plumbline alone in a stack. The construct has no part in the names of what is in it, which `Default` means to the CDK. */
export class PlumblineStack extends Stack {
  constructor(scope: Construct, id: string, props: PlumblineProps) {
    const { home } = props.deployer;
    super(scope, id, {
      description: 'Plumbline: a serverless GitOps deployer for Kubernetes',
      ...(home && { env: home }),
    });
    new Plumbline(this, 'Default', props);
  }
}
