import { describe, expect, it } from 'vitest';
import { accountElsewhere } from '../../../shared/config/cluster.ts';
import { type Deployer, deployerSchema } from '../../../shared/config/deployer.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { BadInputError } from '../../../shared/errors.ts';

const text = ({ home = '', cluster = '' }: { home?: string; cluster?: string }) => `github:
  apps:
    read: { appId: 1, privateKeySecret: plumbline/read }
    write: { appId: 2, privateKeySecret: plumbline/write }
    report: { appId: 3, privateKeySecret: plumbline/report }
  webhookSecret: plumbline/webhook
${home}
clusters:
  main:
    name: main-cluster
    ${cluster}
    vpc: { id: vpc-1, subnets: [subnet-1], availabilityZones: [eu-west-1a], routeTables: [rtb-1], prefixLists: { s3: pl-1, dynamodb: pl-2 } }
    securityGroup: sg-1
environments: {}
`;
const home = "home: { account: '111122223333', region: eu-west-1 }";
const parse = (parts: Parameters<typeof text>[0]): Deployer =>
  parseConfiguration(text(parts), 'deployer.yaml', deployerSchema);

function messages(parts: Parameters<typeof text>[0]): string[] {
  try {
    parse(parts);
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a cluster of another account', () => {
  it('is one whose account is not home’s', () => {
    const { clusters, ...deployer } = parse({ home, cluster: "account: '444455556666'" });
    expect(accountElsewhere(clusters.main ?? {}, deployer)).toBe('444455556666');
  });

  it.each([
    ['without an account', {}],
    ['without an account, and home', { home }],
    ['with home’s account and region', { home, cluster: "account: '111122223333'\n    region: eu-west-1" }],
  ])('is none %s', (_, parts) => {
    const { clusters, ...deployer } = parse(parts);
    expect(accountElsewhere(clusters.main ?? {}, deployer)).toBeUndefined();
  });

  it('needs home, which it must be granted access to', () => {
    expect(messages({ cluster: "account: '444455556666'" })).toEqual([
      expect.stringContaining('home: is required where a cluster names its account or region, as main does'),
    ]);
  });

  it('must be in home’s region, since gateway endpoints lead to no other; the message says what to do', () => {
    const [message, ...others] = messages({ home, cluster: "account: '444455556666'\n    region: us-east-1" });
    expect(message).toMatch(
      /^deployer\.yaml:\d+: clusters\.main\.region: must be home's, eu-west-1: .*Install Plumbline in/,
    );
    expect(message).toContain('found "us-east-1"');
    expect(others).toEqual([]);
  });

  it('names its account as text: YAML takes digits for a number, and leading zeros away', () => {
    expect(messages({ home, cluster: 'account: 012345678901' }).join()).toContain('clusters.main.account: must be');
  });
});

describe('how many are reconciled at once', () => {
  it('is ten, or what the cluster’s entry says', () => {
    expect(parse({}).clusters.main?.maxConcurrency).toBe(10);
    expect(parse({ cluster: 'maxConcurrency: 40' }).clusters.main?.maxConcurrency).toBe(40);
  });

  it('is at least 2, or Lambda would refuse it', () => {
    expect(messages({ cluster: 'maxConcurrency: 1' }).join()).toMatch(/clusters\.main\.maxConcurrency.*at least 2/s);
  });
});
