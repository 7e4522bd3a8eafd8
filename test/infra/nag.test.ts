import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { expect, it } from 'vitest';
import { everyKind, withStacks } from './template.ts';

/** What the packs find, a line for each construct. */
function findingsIn(app: App): string[] {
  const reports = [new AwsSolutionsChecks(), new ServerlessChecks()].map((pack) => pack.validateScope(app));
  return reports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '?' }) => `${ruleName} ${constructPath}`),
    ),
  );
}

const acknowledgementsOf = (construct: IConstruct): [rule: string, reason: string][] =>
  construct.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .filter(([rule]) => /AwsSolutions|Serverless/.test(rule));

it.each(Object.entries(everyKind))('%s: cdk-nag finds nothing that is not acknowledged where it is', (_, text) => {
  expect(withStacks(text, findingsIn)).toEqual([]);
});

it('every acknowledgement has a reason, and stands at what it is about, not at a stack', () => {
  const text = everyKind['registries elsewhere, and signatures'] ?? '';
  const found = withStacks(text, (app) =>
    app.node
      .findAll()
      .flatMap((construct) =>
        acknowledgementsOf(construct).map(([rule, reason]) => ({ rule, reason, isStack: Stack.isStack(construct) })),
      ),
  );
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(({ reason, isStack }) => isStack || reason.length < 10)).toEqual([]);
});

it('docs/security.md tells of each rule that is acknowledged, and of no other', () => {
  const found = Object.values(everyKind).flatMap((text) =>
    withStacks(text, (app) =>
      app.node
        .findAll()
        .flatMap(acknowledgementsOf)
        .map(([rule]) => rule),
    ),
  );
  const acknowledged = new Set(found.map((rule) => /(?:AwsSolutions|Serverless)-\w+/.exec(rule)?.[0]));
  const document = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
  const told = new Set(document.match(/(?<=`)(?:AwsSolutions|Serverless)-\w+(?=`)/g));
  expect(told).toEqual(acknowledged);
});

it('cdk-nag does look', () => {
  const findings = withStacks(everyKind['one cluster'] ?? '', (app) => {
    new Bucket(new Stack(app, 'Bad'), 'Open');
    return findingsIn(app);
  });
  expect(findings).toEqual(['AwsSolutions-S1 Bad/Open/Resource', 'AwsSolutions-S10 Bad/Open/Resource']);
});
