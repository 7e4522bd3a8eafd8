import { Aws } from 'aws-cdk-lib';
import { CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import { reconcilerRights } from './reconciler-rights.ts';

/** All that they lead to. */
type Destinations = { bucketArn: string; tableArn: string };

/**
 * The way from each VPC to S3 and DynamoDB, without NAT and without an hourly price. Through endpoints that we make, only our bucket and
 * our table can be reached: rendered content could otherwise carry data off to a bucket of somebody else's. A VPC whose endpoints
 * exist keeps them as they are (`endpoints: existing`): others, such as nodes that pull image layers, need theirs wider.
 */
export class GatewayEndpoints extends Construct {
  constructor(scope: Construct, clusters: DeployerCluster[], { bucketArn, tableArn }: Destinations) {
    super(scope, 'GatewayEndpoints');
    const ours = clusters.filter(({ vpc }) => vpc.endpoints === 'create').map(({ vpc }) => vpc);
    for (const [vpcId, vpcs] of Map.groupBy(ours, ({ id }) => id)) {
      const routeTableIds = [...new Set(vpcs.flatMap(({ routeTables }) => routeTables))];
      const create = (service: string, actions: string[], resource: string) =>
        new CfnVPCEndpoint(this, `${vpcId}-${service}`, {
          vpcId,
          vpcEndpointType: 'Gateway',
          serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
          routeTableIds,
          policyDocument: admitting(actions, resource),
        });
      create('s3', ['s3:GetObject', 's3:PutObject'], `${bucketArn}/*`);
      create('dynamodb', stateActions, tableArn);
    }
  }
}

/** What the reconciler, the only function here that knows the table, does with it, whatever its cluster and environments. */
const stateActions = [...new Set(reconcilerRights('', []).state.flatMap(({ actions }) => actions))].map(
  (action) => `dynamodb:${action}`,
);

function admitting(actions: string[], resource: string): PolicyDocument {
  const principals = [new StarPrincipal()];
  return new PolicyDocument({ statements: [new PolicyStatement({ principals, actions, resources: [resource] })] });
}
