import { Annotations } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnSecurityGroupIngress, type IVpc, SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { DeployerCluster } from '../shared/config/cluster.ts';
import type { FunctionNetwork } from './node-function.ts';

const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };

/** Everything that a function in the VPC may open a connection to. */
export type WaysOut = {
  /** The services' gateway endpoints. */
  services: ('s3' | 'dynamodb')[];
  /** The cluster's private endpoint. @default false */
  cluster?: boolean;
};

/** A place in a cluster's VPC, known by ids alone (no look-up), from which only the ways that are named lead out, and none in. */
export class ClusterNetwork extends Construct implements FunctionNetwork {
  private readonly cluster: DeployerCluster;
  private readonly vpc: IVpc;
  private readonly groupId: string;

  constructor(scope: Construct, cluster: DeployerCluster, ways: WaysOut) {
    super(scope, 'Network');
    const { id: vpcId, availabilityZones } = cluster.vpc;
    this.cluster = cluster;
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones });
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', 'nothing here adds a route');
    this.groupId = this.createGroup(ways);
    if (ways.cluster) this.openCluster();
  }

  /** For the function's properties. */
  placement() {
    const { subnets } = this.cluster.vpc;
    return {
      vpc: this.vpc,
      vpcSubnets: { subnets: subnets.map((subnetId) => Subnet.fromSubnetAttributes(this, subnetId, { subnetId })) },
      securityGroups: [SecurityGroup.fromSecurityGroupId(this, 'Placement', this.groupId, { mutable: false })],
    };
  }

  /**
   * The rules stand in the group itself: EC2 gives a group a rule that lets everything out, and takes it away only from one that is
   * created with rules of its own. The construct of the CDK would write these rules as resources beside the group.
   */
  private createGroup({ services, cluster }: WaysOut): string {
    const { vpc, securityGroup } = this.cluster;
    const group = new CfnSecurityGroup(this, 'Group', {
      groupDescription: `Plumbline, out to ${[...services, ...(cluster ? ['the cluster'] : [])].join(', ')} only`,
      vpcId: vpc.id,
      securityGroupEgress: [
        ...services.map((service) => ({ ...https, destinationPrefixListId: vpc.prefixLists[service] })),
        ...(cluster ? [{ ...https, destinationSecurityGroupId: securityGroup }] : []),
      ],
    });
    return group.attrGroupId;
  }

  private openCluster(): void {
    new CfnSecurityGroupIngress(this, 'ClusterIngress', {
      ...https,
      description: 'Plumbline reconciler',
      groupId: this.cluster.securityGroup,
      sourceSecurityGroupId: this.groupId,
    });
  }
}
