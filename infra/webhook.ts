import { Duration } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variables } from '../shared/environment-variables.ts';
import type { Foundation } from './foundation.ts';
import { NodeFunction } from './node-function.ts';
import type { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { allowSecret } from './secret-access.ts';
import { watchDeliveries } from './watch.ts';

/** Takes GitHub's deliveries at a public URL, believes only those that are signed, and sends on that a branch may have moved. */
export class Webhook extends Construct {
  readonly url: string;

  constructor(scope: Construct, foundation: Foundation, { gitChanges }: { gitChanges: QueueWithDeadLetters }) {
    super(scope, 'Webhook');
    const fn = new NodeFunction(this, {
      name: 'webhook',
      description: 'verifies deliveries of GitHub',
      timeout: Duration.seconds(10), // GitHub hangs up after 10 seconds
      memorySize: 512,
      alerts: foundation.alerts,
    });
    foundation.configuration.readBy(fn);
    allowSecret(fn, foundation.deployer.github.webhookSecret, 'to know GitHub by its signature');
    gitChanges.filledBy(fn, variables.gitChangesQueueUrl);
    watchDeliveries(this, foundation.alerts);
    // Also adds both permissions that a public URL needs: lambda:InvokeFunctionUrl and lambda:InvokeFunction.
    this.url = fn.lambda.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
  }
}
