import { describe, expect, it } from 'vitest';
import {
  deployerText,
  type Resource,
  resources,
  statementsOf,
  synthesize,
  synthesizeAll,
  warnings,
} from './template.ts';

/** Names as long as they get: 24 characters are "team-payments-production". */
const named = (count: number, cluster: string) =>
  Array.from({ length: count }, (_, index) => {
    const name = `${cluster}-team-payments-${String(index).padStart(4, '0')}`;
    return `  ${name}: { repository: example-org/environment, branch: ${name}, cluster: ${cluster}, namespaces: [${name}] }\n`;
  }).join('');

const [base = ''] = deployerText.split(/^environments:\n/m);
const hundred = `${base}environments:\n${named(100, 'main')}${named(100, 'lab')}`;

/** As long as CloudFormation's values get. */
const deployed = (text: string) =>
  text
    .replaceAll('<ArtifactsBucket.Arn>', 'arn:aws-us-gov:s3:::plumbline-artifacts-111122223333-ap-southeast-1')
    .replaceAll('<StateTable.Arn>', 'arn:aws-us-gov:dynamodb:ap-southeast-1:111122223333:table/plumbline-state')
    .replaceAll('<AWS::Partition>', 'aws-us-gov')
    .replaceAll('<AWS::Region>', 'ap-southeast-1')
    .replaceAll('<AWS::AccountId>', '111122223333')
    .replaceAll(/<[\w.]+Arn>/g, `arn:aws-us-gov:logs:ap-southeast-1:111122223333:log-group:${'x'.repeat(64)}:*`);

const length = ({ properties }: Resource) => deployed(JSON.stringify(properties.PolicyDocument)).length;

/** The policies of a type, by the role that has them. */
const byRole = (all: Resource[]) => Map.groupBy(all, ({ properties }) => (properties.Roles as string[])[0] ?? '');

describe('a hundred environments on each of two clusters', () => {
  const template = synthesize(hundred);
  const inline = byRole(resources(template, 'AWS::IAM::Policy'));
  const managed = byRole(resources(template, 'AWS::IAM::ManagedPolicy'));

  it('is more than one policy of the reconciler holds', () => {
    expect([...managed.keys()]).toEqual(
      expect.arrayContaining(['<ReconcilermainFunctionRole>', '<ReconcilerlabFunctionRole>']),
    );
  });

  it('fits in what IAM takes in each role: 10,240 characters by itself, ten managed policies of 6,144', () => {
    for (const [role, policies] of inline)
      expect(
        policies.reduce((sum, policy) => sum + length(policy), 0),
        role,
      ).toBeLessThanOrEqual(10_240);
    for (const [role, policies] of managed) {
      expect(policies.length, role).toBeLessThanOrEqual(10);
      for (const policy of policies) expect(length(policy), `${role} ${policy.id}`).toBeLessThanOrEqual(6_144);
    }
    expect(warnings(hundred).filter((text) => text.includes('olicy'))).toEqual([]);
  });

  it('widens nothing: the reconciler of a cluster may still do nothing with what is the other’s', () => {
    const policies = [inline, managed].flatMap((all) => all.get('<ReconcilermainFunctionRole>') ?? []);
    const statements = policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument));
    const text = JSON.stringify(statements);
    expect(text).not.toContain('lab-team');
    for (let index = 0; index < 100; index += 1) {
      const name = `main-team-payments-${String(index).padStart(4, '0')}`;
      for (const key of [
        `artifacts/${name}/*.json`,
        `releases/${name}/*.json`,
        `plans/${name}/*/*.json`,
        `inventories/${name}/*/*.json`,
      ])
        expect(text).toContain(key);
      expect(text).toContain(`"environment#${name}"`);
    }
    expect(text).not.toMatch(/(artifacts|releases|plans|inventories)\/\*/);
  });
});

describe('clusters of another account', () => {
  const elsewhere = (count: number) => `home: { account: '111122223333', region: eu-west-1 }
${base.replace('    name: lab-cluster\n', "    name: lab-cluster\n    account: '444455556666'\n")}environments:
${named(1, 'main')}${named(count, 'lab')}`;

  it('may have forty environments: as many as the bucket’s policy holds', () => {
    const { Plumbline: home } = synthesizeAll(elsewhere(40));
    const [policy] = resources(home as NonNullable<typeof home>, 'AWS::S3::BucketPolicy');
    expect(length(policy as Resource)).toBeLessThanOrEqual(20_480);
  });

  it('are refused with more, while it is synthesized, and the message says what to do', () => {
    expect(() => synthesizeAll(elsewhere(60))).toThrow(
      /S3 takes 18000. Install Plumbline in one of these accounts, too/,
    );
  });
});
