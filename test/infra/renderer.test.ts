import { describe, expect, it } from 'vitest';
import { decide } from '../../local/aws/guard/policy/decide.ts';
import { parsePolicy } from '../../local/aws/guard/policy/document.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import { deployerText, lambda, resource, resources, synthesize } from './template.ts';

const template = synthesize();
const one = (type: string) => {
  const [found, ...more] = resources(template, type);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} of ${type}`);
  return found.properties;
};
const network = 'RendererNetwork';

describe('the renderer’s own VPC', () => {
  it('is one that nothing else is in', () => {
    expect(lambda(template, 'Renderer').VpcConfig).toEqual({
      SubnetIds: [`<${network}Subnet1Subnet>`, `<${network}Subnet2Subnet>`],
      SecurityGroupIds: [`<${network}Group.GroupId>`],
    });
    const [vpc] = resources(template, 'AWS::EC2::VPC');
    expect(vpc).toMatchObject({ id: `${network}Vpc`, properties: { EnableDnsSupport: true } });
    const others = ['Reconcilermain', 'Reconcilerlab'].flatMap(
      (name) => (lambda(template, name).VpcConfig as { SubnetIds: string[] }).SubnetIds,
    );
    expect(others.filter((subnet) => subnet.includes(network))).toEqual([]);
  });

  it('lies in two zones that nobody has to look up', () => {
    const zones = resources(template, 'AWS::EC2::Subnet').map(({ properties }) => properties.AvailabilityZone);
    expect(zones).toEqual([0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })));
  });

  it('has no route but to S3, and no gateway, peer, or other endpoint', () => {
    expect(resources(template, 'AWS::EC2::Route')).toEqual([]);
    expect(one('AWS::EC2::RouteTable')).toEqual({ VpcId: `<${network}Vpc>` });
    const associations = resources(template, 'AWS::EC2::SubnetRouteTableAssociation');
    expect(associations.map(({ properties }) => properties)).toEqual(
      [1, 2].map((index) => ({ SubnetId: `<${network}Subnet${index}Subnet>`, RouteTableId: `<${network}Routes>` })),
    );
    const kinds = ['InternetGateway', 'NatGateway', 'VPCPeeringConnection', 'TransitGatewayAttachment'];
    expect(kinds.flatMap((kind) => resources(template, `AWS::EC2::${kind}`))).toEqual([]);
    const endpoints = resources(template, 'AWS::EC2::VPCEndpoint').filter(({ id }) => id.startsWith(network));
    expect(endpoints.map(({ properties }) => properties)).toMatchObject([
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.<AWS::Region>.s3', VpcId: `<${network}Vpc>` },
    ]);
  });

  it('has a security group with S3 as the only way out, and none in', () => {
    const group = resource(template, 'AWS::EC2::SecurityGroup', `${network}Group`);
    expect(group).toMatchObject({
      VpcId: `<${network}Vpc>`,
      SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: 'pl-s3' }],
    });
    expect(group.SecurityGroupIngress).toBeUndefined();
  });
});

describe('its endpoint', () => {
  const { PolicyDocument } = resource(template, 'AWS::EC2::VPCEndpoint', `${network}S3`);
  const bucket = '<ArtifactsBucket.Arn>';
  const passes = (action: string, resource: string) =>
    decide(
      { principal: { kind: 'user', arn: 'arn:aws:iam::1:user/any', accountId: '1' }, action, resource, context: {} },
      { identity: [parsePolicy(everything)], resource: [], endpoint: [parsePolicy(PolicyDocument)] },
    ).allowed;
  const everything = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

  it.each([
    ['s3:GetObject', keys.tree('staging', 'abc')],
    ['s3:GetObject', keys.chart('sha256:0')],
    ['s3:PutObject', keys.rendering('staging', 'web', '1')],
  ])('lets %s through for %s', (action, key) => {
    expect(passes(action, `${bucket}/${key}`)).toBe(true);
  });

  it.each([
    ['s3:PutObject', `${bucket}/${keys.artifact('staging', 'sha256:0')}`],
    ['s3:PutObject', `${bucket}/${keys.tree('staging', 'abc')}`],
    ['s3:GetObject', `${bucket}/${keys.release('staging', 'sha256:0')}`],
    ['s3:DeleteObject', `${bucket}/${keys.rendering('staging', 'web', '1')}`],
    ['s3:ListBucket', bucket],
    ['s3:PutObject', `arn:aws:s3:::of-somebody-else/${keys.rendering('staging', 'web', '1')}`],
    ['s3:GetObject', `arn:aws:s3:::of-somebody-else/${keys.tree('staging', 'abc')}`],
  ])('lets %s through for %s never', (action, resource) => {
    expect(passes(action, resource)).toBe(false);
  });
});

describe('its resolver', () => {
  const lists = new Map(
    resources(template, 'AWS::Route53Resolver::FirewallDomainList').map(({ id, properties }) => [
      `<${id}.Id>`,
      properties.Domains,
    ]),
  );
  const { FirewallRules } = one('AWS::Route53Resolver::FirewallRuleGroup') as {
    FirewallRules: { Priority: number; FirewallDomainListId: string }[];
  };

  it('knows the bucket’s name, and says of every other that it does not exist', () => {
    const rules = FirewallRules.toSorted((a, b) => a.Priority - b.Priority);
    expect(rules.map(({ FirewallDomainListId }) => lists.get(FirewallDomainListId))).toEqual([
      ['<ArtifactsBucket.RegionalDomainName>'],
      ['*'],
    ]);
    expect(rules).toMatchObject([
      { Action: 'ALLOW', FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' },
      { Action: 'BLOCK', BlockResponse: 'NXDOMAIN' },
    ]);
  });

  it('is that of its VPC, and of no other', () => {
    expect(one('AWS::Route53Resolver::FirewallRuleGroupAssociation')).toEqual({
      VpcId: `<${network}Vpc>`,
      FirewallRuleGroupId: `<${network}DnsFirewallRules.Id>`,
      Priority: 101,
    });
    // Or it would answer although the firewall doesn't.
    expect(resources(template, 'AWS::Route53Resolver::FirewallConfig')).toEqual([]);
  });
});

describe('the renderer', () => {
  it('serves each environment in instances of its own', () => {
    expect(lambda(template, 'Renderer').TenancyConfig).toEqual({ TenantIsolationMode: 'PER_TENANT' });
  });

  it('shares instances where the region has no tenant isolation', () => {
    const without = synthesize(`${deployerText}renderer: { tenantIsolation: false }\n`);
    expect(lambda(without, 'Renderer').TenancyConfig).toBeUndefined();
  });

  it('stands beside the nodes of the first cluster where no VPC may be made, without a firewall that would be theirs, too', () => {
    const shared = synthesize(`${deployerText}renderer: { network: cluster }\n`);
    expect(lambda(shared, 'Renderer').VpcConfig).toMatchObject({ SubnetIds: ['subnet-1', 'subnet-2'] });
    const types = ['AWS::EC2::VPC', 'AWS::Route53Resolver::FirewallRuleGroupAssociation'];
    expect(types.flatMap((type) => resources(shared, type))).toEqual([]);
  });
});
