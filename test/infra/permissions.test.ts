import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  many,
  resources,
  type Statement,
  statementsOf,
  statementsOfFunction,
  synthesize,
  warnings,
} from './template.ts';

const template = synthesize();
const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => resources(template, type));
const statements = policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument));

/** `action resource`, one line each, of what is allowed. */
const allowed = (some: Statement[]) =>
  some
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) => many(Action).flatMap((action) => many(Resource).map((on) => `${action} ${on}`)))
    .sort();

/** Why a statement may name no resource. */
const reasonsForStar: Record<string, string> = {
  NetworkInterfaces:
    'Lambda makes interfaces with the role of the function, and EC2 offers no resource to name before they exist',
  ListStreams: 'Lambda asks for the streams of a table, and DynamoDB offers no resource to name',
  NotByOwnCode: 'it denies',
};

/** Which part of a resource's name may be left open, and why. */
const reasonsForPatterns: [pattern: RegExp, why: string][] = [
  [/^<ArtifactsBucket\.Arn>\/[a-z]+\/[a-z*/]+\.(json|tar\.gz)$/, 'keys end in a digest or an id'],
  [/^<ArtifactsBucket\.Arn>\/charts\/\*\.tgz$/, 'keys end in a digest'],
  [/:secretsmanager:.*:secret:[\w/-]+-\?{6}$/, 'secrets end in six characters that nobody chose'],
  [/:ecr:[a-z0-9-]+:\d{12}:repository\/(team|charts)\/\*$/, 'deployer.yaml has patterns of repositories'],
];

/** What each may do is in `permissions-matrix.test.ts`; here is how it is written. */
describe('the statements of the roles', () => {
  it('name every resource and every action, but for a listed reason', () => {
    const wide = statements.filter(
      ({ Resource, Action }) => many(Resource).includes('*') || many(Action).some((action) => action.includes('*')),
    );
    expect(new Set(wide.map(({ Sid }) => Sid)), 'give it a resource, or a sid and a reason here').toEqual(
      new Set(Object.keys(reasonsForStar)),
    );
    expect(statements.length).toBeGreaterThan(30);
  });

  it('leave open no part of a name, but for a listed reason', () => {
    const open = statements.flatMap(({ Resource }) => many(Resource)).filter((on) => on !== '*' && /[*?]/.test(on));
    const unexplained = open.filter((on) => !reasonsForPatterns.some(([pattern]) => pattern.test(on)));
    expect(new Set(unexplained), 'name it whole, or say why that is impossible').toEqual(new Set());
    for (const [pattern, why] of reasonsForPatterns)
      expect(
        open.some((on) => pattern.test(on)),
        `nobody needs this any more: ${why}`,
      ).toBe(true);
  });

  it('name the partitions that are meant, wherever they allow something with items of the state table', () => {
    const onTable = statements.filter(({ Resource }) => many(Resource).includes('<StateTable.Arn>'));
    const partitions = onTable.flatMap(({ Action, Condition = {} }) => {
      const [operator = '', ...more] = Object.keys(Condition);
      expect([operator, more], many(Action).join()).toEqual([
        expect.stringMatching(/^ForAllValues:String(Equals|Like)$/),
        [],
      ]);
      return many(Condition[operator]?.['dynamodb:LeadingKeys'] as string | string[]);
    });
    // Repositories of applications may be listed by a pattern, so nobody knows whose they are.
    for (const partition of partitions) expect(partition).toMatch(/^([a-zA-Z]+#[a-z0-9-]+|budget#\*)$/);
    expect(onTable.length).toBeGreaterThan(5);
  });

  it('say never "all but"', () => {
    const inverted = statements.filter((statement) => 'NotAction' in statement || 'NotResource' in statement);
    expect(inverted).toEqual([]);
  });

  it('docs/security.md says of each action of image-updater what it is for', () => {
    const [, section = ''] = readFileSync('docs/security.md', 'utf8').split(/^## What `image-updater` may do in AWS$/m);
    const table = (section.split(/^## /m)[0] ?? '').match(/^\| `.*$/gm) ?? [];
    const documented = table.flatMap((row) => {
      const [service, ...actions] = (row.split('|')[1] ?? '').match(/[A-Za-z]+(?=[:`])/g) ?? [];
      return actions.map((action) => `${service}:${action}`);
    });
    const needed = allowed(statementsOfFunction(template, 'ImageUpdater')).map((line) => line.split(' ')[0]);
    expect(new Set(documented)).toEqual(new Set(needed));
  });
});

describe('the roles', () => {
  it.each(['Renderer', 'Reconcilermain', 'Reconcilerlab'])(
    'let the code of %s itself ask nothing of EC2',
    (construct) => {
      const denied = statementsOfFunction(template, construct).filter(({ Effect }) => Effect === 'Deny');
      const ownCode = 'arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:*';
      expect(denied).toEqual([
        {
          ...{ Sid: 'NotByOwnCode', Effect: 'Deny', Action: 'ec2:*', Resource: '*' },
          Condition: { ArnLike: { 'lambda:SourceFunctionArn': ownCode } },
        },
      ]);
    },
  );

  it('have no policy of AWS’s own, which would be wider and change by itself', () => {
    for (const { id, properties } of resources(template, 'AWS::IAM::Role'))
      expect(properties.ManagedPolicyArns, id).toBeUndefined();
  });
});

describe('images that are not in ECR', () => {
  it('give no right, and a warning names them', () => {
    expect(allowed(statementsOfFunction(template, 'ImageUpdater')).join()).not.toContain('nginx');
    expect(warnings()).toContainEqual(
      expect.stringContaining('"docker.io/library/nginx" is not ACCOUNT.dkr.ecr.REGION'),
    );
  });
});
