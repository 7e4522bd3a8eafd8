import { describe, expect, it } from 'vitest';
import { deployerText, functions, lambda, resource, resources, statementsOf, synthesize } from './template.ts';

const template = synthesize();
const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
/** In the clusters' VPCs: the renderer's own is looked at in `renderer.test.ts`. */
const endpoints = (text?: string) =>
  resources(text === undefined ? template : synthesize(text), 'AWS::EC2::VPCEndpoint')
    .filter(({ id }) => !id.startsWith('Renderer'))
    .map(({ properties }) => properties);

describe('the functions in the VPC', () => {
  it.each(Object.keys(functions))('%s is in a VPC only if it must be', (construct) => {
    const inside = ['Renderer', 'Reconcilermain', 'Reconcilerlab'].includes(construct);
    expect(lambda(template, construct).VpcConfig !== undefined).toBe(inside);
  });

  it.each([
    ['Reconcilermain', ['subnet-1', 'subnet-2']],
    ['Reconcilerlab', ['subnet-3']],
  ])('%s stands in the subnets of its cluster, in its own security group', (construct, subnets) => {
    expect(lambda(template, construct).VpcConfig).toEqual({
      SubnetIds: subnets,
      SecurityGroupIds: [`<${construct}NetworkGroup.GroupId>`],
    });
  });

  it.each([
    ['Renderer', [{ DestinationPrefixListId: 'pl-s3' }]],
    [
      'Reconcilermain',
      [
        { DestinationPrefixListId: 'pl-s3' },
        { DestinationPrefixListId: 'pl-dynamodb' },
        { DestinationSecurityGroupId: 'sg-1' },
      ],
    ],
    [
      'Reconcilerlab',
      [
        { DestinationPrefixListId: 'pl-s3' },
        { DestinationPrefixListId: 'pl-dynamodb' },
        { DestinationSecurityGroupId: 'sg-2' },
      ],
    ],
  ])('%s has no way out but these, and none in', (construct, ways) => {
    const group = resource(template, 'AWS::EC2::SecurityGroup', `${construct}NetworkGroup`);
    expect(group.SecurityGroupEgress).toEqual(ways.map((way) => ({ ...https, ...way })));
    expect(group.SecurityGroupIngress).toBeUndefined();
  });

  it('no rule beside the groups opens anything but the clusters to their reconcilers', () => {
    expect(resources(template, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
    const ingress = resources(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => properties);
    expect(ingress).toMatchObject([
      { ...https, GroupId: 'sg-1', SourceSecurityGroupId: '<ReconcilermainNetworkGroup.GroupId>' },
      { ...https, GroupId: 'sg-2', SourceSecurityGroupId: '<ReconcilerlabNetworkGroup.GroupId>' },
    ]);
  });
});

describe('gateway endpoints', () => {
  it('lead to our bucket and our table and nowhere else', () => {
    expect(endpoints()).toMatchObject([
      {
        VpcId: 'vpc-1',
        VpcEndpointType: 'Gateway',
        ServiceName: 'com.amazonaws.<AWS::Region>.s3',
        RouteTableIds: ['rtb-1'],
      },
      {
        VpcId: 'vpc-1',
        VpcEndpointType: 'Gateway',
        ServiceName: 'com.amazonaws.<AWS::Region>.dynamodb',
        RouteTableIds: ['rtb-1'],
      },
    ]);
    const policies = endpoints().flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument));
    expect(policies.map(({ Resource }) => Resource)).toEqual(['<ArtifactsBucket.Arn>/*', '<StateTable.Arn>']);
  });

  it('are not made where they exist', () => {
    expect(endpoints().map(({ VpcId }) => VpcId)).not.toContain('vpc-2');
  });

  it('are made once for two clusters in one VPC, for the route tables of both', () => {
    const together = deployerText.replace('vpc-2', 'vpc-1').replace('      endpoints: existing\n', '');
    expect(endpoints(together).map(({ RouteTableIds }) => RouteTableIds)).toEqual([
      ['rtb-1', 'rtb-2'],
      ['rtb-1', 'rtb-2'],
    ]);
  });
});

describe('access to the clusters', () => {
  it.each([
    ['main', 'main-cluster'],
    ['lab', 'lab-cluster'],
  ])('the reconciler of %s is known to its cluster by a group, and by no policy of EKS', (key, clusterName) => {
    expect(resource(template, 'AWS::EKS::AccessEntry', `Reconciler${key}AccessEntry`)).toEqual({
      ClusterName: clusterName,
      PrincipalArn: `<Reconciler${key}FunctionRole.Arn>`,
      KubernetesGroups: ['plumbline:reconciler'],
      Type: 'STANDARD',
    });
  });

  it('no other role has an access entry', () => {
    expect(resources(template, 'AWS::EKS::AccessEntry')).toHaveLength(2);
  });
});
