import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { examples, resource, resources, statementsOf, synthesizeAll, synthesizeExample } from './template.ts';

const vpc = (id: string, { subnet, routes, more = '' }: { subnet: string; routes: string; more?: string }) =>
  `vpc: { id: ${id}, subnets: [${subnet}], availabilityZones: [eu-west-1a], routeTables: [${routes}], prefixLists: { s3: pl-s3, dynamodb: pl-dynamodb }${more} }`;
const elsewhere = "account: '444455556666'";

/** Two clusters in one VPC, one in a VPC that has its endpoints, and two of another account that share one there. */
const many = `home: { account: '111122223333', region: eu-west-1 }
github:
  apps:
    read: { appId: 1, privateKeySecret: read }
    write: { appId: 2, privateKeySecret: write }
    report: { appId: 3, privateKeySecret: report }
  webhookSecret: webhook
clusters:
  one: { name: one, securityGroup: sg-1, ${vpc('vpc-a', { subnet: 'subnet-1', routes: 'rtb-1' })} }
  two: { name: two, securityGroup: sg-2, ${vpc('vpc-a', { subnet: 'subnet-2', routes: 'rtb-2' })} }
  three: { name: three, securityGroup: sg-3, ${vpc('vpc-b', { subnet: 'subnet-3', routes: 'rtb-3', more: ', endpoints: existing' })} }
  four: { name: four, ${elsewhere}, securityGroup: sg-4, ${vpc('vpc-c', { subnet: 'subnet-4', routes: 'rtb-4' })} }
  five: { name: five, ${elsewhere}, securityGroup: sg-5, ${vpc('vpc-c', { subnet: 'subnet-5', routes: 'rtb-5' })} }
environments: {}
`;

type Group = { SecurityGroupEgress: Record<string, unknown>[]; SecurityGroupIngress?: unknown; VpcId: string };
type Placed = { id: string; subnets: string[]; group: Group };

const nameOf = (reference: string) => reference.replace(/^<|\..*$/g, '');

/** The functions of a template that stand in a VPC, each with its one security group, which must be of the same template. */
function placed(template: Template): Placed[] {
  return resources(template, 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
    const { SubnetIds = [], SecurityGroupIds = [] } = (properties.VpcConfig ?? {}) as Record<string, string[]>;
    if (SubnetIds.length === 0) return [];
    expect(SecurityGroupIds, id).toHaveLength(1);
    const group = resource(template, 'AWS::EC2::SecurityGroup', nameOf(SecurityGroupIds[0] ?? '')) as Group;
    return [{ id: id.replace(/Function$/, ''), subnets: SubnetIds, group }];
  });
}

/** Where the rules of a group lead to. A rule that isn't about one port and one target isn't understood here, and fails. */
const waysOut = ({ group }: Placed) =>
  group.SecurityGroupEgress.map(({ IpProtocol, FromPort, ToPort, Description: _, ...target }) => {
    expect([IpProtocol, FromPort, ToPort]).toEqual(['tcp', 443, 443]);
    expect(Object.keys(target)).toHaveLength(1);
    return String(target.DestinationPrefixListId ?? target.DestinationSecurityGroupId ?? JSON.stringify(target));
  });

/** What would lead out of a VPC, or into it, beside the groups' own rules and gateway endpoints. */
const otherWays = [
  'AWS::EC2::Route',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::EgressOnlyInternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::EC2::VPCPeeringConnection',
  'AWS::EC2::TransitGatewayAttachment',
];

const expected = {
  Plumbline: {
    Reconcilerone: { subnets: ['subnet-1'], ways: ['pl-s3', 'pl-dynamodb', 'sg-1'], vpc: 'vpc-a' },
    Reconcilertwo: { subnets: ['subnet-2'], ways: ['pl-s3', 'pl-dynamodb', 'sg-2'], vpc: 'vpc-a' },
    Reconcilerthree: { subnets: ['subnet-3'], ways: ['pl-s3', 'pl-dynamodb', 'sg-3'], vpc: 'vpc-b' },
  },
  'PlumblineClusters-444455556666': {
    Reconcilerfour: { subnets: ['subnet-4'], ways: ['pl-s3', 'pl-dynamodb', 'sg-4'], vpc: 'vpc-c' },
    Reconcilerfive: { subnets: ['subnet-5'], ways: ['pl-s3', 'pl-dynamodb', 'sg-5'], vpc: 'vpc-c' },
  },
} as const;

const found = (template: Template) =>
  Object.fromEntries(
    placed(template).map((one) => [one.id, { subnets: one.subnets, ways: waysOut(one), vpc: one.group.VpcId }]),
  );

describe('of many clusters, VPCs and accounts', () => {
  const stacks = synthesizeAll(many);

  it.each(Object.entries(expected))(
    'in %s each reconciler reaches its own cluster and the two services',
    (name, own) => {
      const { Renderer: _, ...reconcilers } = found(stacks[name] as Template);
      expect(reconcilers).toEqual(own);
    },
  );

  it('the renderer reaches S3, from a VPC that no cluster is in', () => {
    const { Renderer: renderer } = found(stacks.Plumbline as Template);
    expect(renderer).toMatchObject({ ways: ['pl-s3'], vpc: '<RendererNetworkVpc>' });
    expect(renderer?.subnets.every((subnet) => subnet.startsWith('<RendererNetwork'))).toBe(true);
  });

  it('the renderer that must have no VPC of its own stands in the first cluster’s, and reaches no cluster', () => {
    const { Plumbline: home } = synthesizeAll(`${many}renderer: { network: cluster }\n`);
    const { Renderer: renderer } = found(home as Template);
    expect(renderer).toEqual({ subnets: ['subnet-1'], ways: ['pl-s3'], vpc: 'vpc-a' });
  });

  it('or in that of the cluster that is named, if that is of Plumbline’s own account', () => {
    const beside = (key: string) => synthesizeAll(`${many}renderer: { network: cluster, cluster: ${key} }\n`);
    expect(found(beside('three').Plumbline as Template).Renderer?.subnets).toEqual(['subnet-3']);
    expect(() => beside('four')).toThrow(
      "renderer.cluster: must be a cluster of Plumbline's own account: one, two, three",
    );
  });

  it('each VPC gets one endpoint to each service, in the route tables of all its clusters', () => {
    const endpoints = Object.values(stacks).flatMap((template) =>
      resources(template, 'AWS::EC2::VPCEndpoint').flatMap(({ properties }) =>
        String(properties.VpcId).startsWith('<') ? [] : [[properties.VpcId, properties.RouteTableIds]],
      ),
    );
    expect(endpoints).toEqual([
      ['vpc-a', ['rtb-1', 'rtb-2']],
      ['vpc-a', ['rtb-1', 'rtb-2']],
      ['vpc-c', ['rtb-4', 'rtb-5']],
      ['vpc-c', ['rtb-4', 'rtb-5']],
    ]);
  });

  it('the endpoints of another account lead to Plumbline’s bucket and table, and nowhere else', () => {
    const there = resources(stacks['PlumblineClusters-444455556666'] as Template, 'AWS::EC2::VPCEndpoint');
    const on = there.flatMap(({ properties }) =>
      statementsOf(properties.PolicyDocument).map(({ Resource }) => Resource),
    );
    expect(on).toEqual([
      'arn:<AWS::Partition>:s3:::plumbline-artifacts-111122223333-eu-west-1/*',
      'arn:<AWS::Partition>:dynamodb:eu-west-1:111122223333:table/plumbline-state',
    ]);
  });
});

describe.each([
  ['many clusters', () => synthesizeAll(many)] as const,
  ...Object.keys(examples).map((name) => [name, () => synthesizeExample(name as keyof typeof examples)] as const),
])('of %s', (_, synthesize) => {
  const templates = Object.values(synthesize());

  it('no security group lets anything in, and none lets anything out to addresses', () => {
    const groups = templates.flatMap((template) => resources(template, 'AWS::EC2::SecurityGroup'));
    expect(groups.length).toBeGreaterThan(0);
    for (const { id, properties } of groups) {
      expect(properties.SecurityGroupIngress, id).toBeUndefined();
      expect(JSON.stringify(properties.SecurityGroupEgress), id).not.toMatch(/CidrIp/);
    }
  });

  it('nothing makes another way', () => {
    const types = templates.flatMap((template) => otherWays.flatMap((type) => resources(template, type)));
    expect(types.map(({ type, id }) => `${type} ${id}`)).toEqual([]);
  });

  it('what opens a cluster opens it to its reconciler, on 443', () => {
    const rules = templates.flatMap((template) => resources(template, 'AWS::EC2::SecurityGroupIngress'));
    for (const { properties } of rules)
      expect(properties).toMatchObject({
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        SourceSecurityGroupId: expect.stringMatching(/^<Reconciler\w+NetworkGroup\.GroupId>$/),
      });
    expect(rules.length).toBeGreaterThan(0);
  });
});
