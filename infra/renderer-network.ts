import { Annotations, Aws, Fn } from 'aws-cdk-lib';
import {
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
  type ISubnet,
  SecurityGroup,
  Subnet,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { keys } from '../shared/artifacts/keys.ts';
import { acknowledge } from './acknowledge.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import { DnsFirewall } from './dns-firewall.ts';
import type { FunctionNetwork } from './node-function.ts';

/** Nothing is routed to or from here, so it may overlap with any other network. */
const addresses = { vpc: '10.0.0.0/26', subnets: ['10.0.0.0/27', '10.0.0.32/27'] };

export type RendererNetworkProps = {
  artifacts: ArtifactBucket;
  /** AWS's managed prefix list of S3 in the region. */
  s3PrefixList: string;
};

/**
 * A VPC for nothing but rendering: without gateway, peer or route, only an endpoint to S3 that lets through what a rendering reads and
 * writes in the one bucket, and a resolver that knows the one name. Alone in it, the renderer can be shut in tighter than any VPC
 * that nodes share. None of it costs by the hour.
 */
export class RendererNetwork extends Construct implements FunctionNetwork {
  private readonly vpc: CfnVPC;
  private readonly subnets: ISubnet[];
  private readonly group: CfnSecurityGroup;

  constructor(scope: Construct, { artifacts, s3PrefixList }: RendererNetworkProps) {
    super(scope, 'Network');
    this.vpc = new CfnVPC(this, 'Vpc', {
      cidrBlock: addresses.vpc,
      enableDnsSupport: true,
      enableDnsHostnames: false,
      tags: [{ key: 'Name', value: 'plumbline-renderer' }],
    });
    acknowledge(this.vpc, {
      'AwsSolutions-VPC7':
        'nothing flows but what its one endpoint lets through, and each rendering is in the log; a flow log would tell of the same again, by the gigabyte',
    });
    const routes = new CfnRouteTable(this, 'Routes', { vpcId: this.vpc.ref });
    this.subnets = addresses.subnets.map((cidr, index) => this.createSubnet(cidr, index, routes));
    this.group = this.createGroup(s3PrefixList);
    this.createEndpoint(routes, artifacts);
    new DnsFirewall(this, { vpcId: this.vpc.ref, allowed: [artifacts.bucket.bucketRegionalDomainName] });
  }

  placement() {
    const vpc = Vpc.fromVpcAttributes(this, 'Own', { vpcId: this.vpc.ref, availabilityZones: [zone(0), zone(1)] });
    const { attrGroupId } = this.group;
    const securityGroups = [SecurityGroup.fromSecurityGroupId(this, 'Placement', attrGroupId, { mutable: false })];
    return { vpc, vpcSubnets: { subnets: this.subnets }, securityGroups };
  }

  private createSubnet(cidrBlock: string, index: number, routes: CfnRouteTable): ISubnet {
    const scope = new Construct(this, `Subnet${index + 1}`);
    const availabilityZone = zone(index);
    const { ref: subnetId } = new CfnSubnet(scope, 'Subnet', { vpcId: this.vpc.ref, cidrBlock, availabilityZone });
    new CfnSubnetRouteTableAssociation(scope, 'Routes', { subnetId, routeTableId: routes.ref });
    Annotations.of(scope).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', 'nothing here adds a route');
    return Subnet.fromSubnetAttributes(scope, 'Placement', { subnetId, availabilityZone });
  }

  private createGroup(destinationPrefixListId: string): CfnSecurityGroup {
    return new CfnSecurityGroup(this, 'Group', {
      groupDescription: 'Plumbline renderer, out to s3 only',
      vpcId: this.vpc.ref,
      securityGroupEgress: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, destinationPrefixListId }],
    });
  }

  private createEndpoint({ ref }: CfnRouteTable, { bucket }: ArtifactBucket): void {
    const principals = [new StarPrincipal()];
    const reads = [keys.tree('*', '*'), keys.chart('*')].map((key) => bucket.arnForObjects(key));
    const writes = [bucket.arnForObjects(keys.rendering('*', '*', '*'))];
    new CfnVPCEndpoint(this, 'S3', {
      vpcId: this.vpc.ref,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${Aws.REGION}.s3`,
      routeTableIds: [ref],
      policyDocument: new PolicyDocument({
        statements: [
          new PolicyStatement({ principals, actions: ['s3:GetObject'], resources: reads }),
          new PolicyStatement({ principals, actions: ['s3:PutObject'], resources: writes }),
        ],
      }),
    });
  }
}

/** Asked of CloudFormation when it deploys: a look-up at synthesis would need credentials. */
const zone = (index: number) => Fn.select(index, Fn.getAzs());
