import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CfnResource } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { withoutHash } from '../../infra/readable.ts';
import { deployerText, everyKind, withStacks } from './template.ts';

const infra = resolve(import.meta.dirname, '../../infra');

/** Where each construct is tested by itself, beside what holds for every stack (`every-stack.test.ts`, `nag.test.ts`, the tables of permissions). */
const testOf: Record<string, string> = {
  Alerts: 'stores',
  ArtifactBucket: 'stores',
  ClusterNetwork: 'network',
  ClusterReconciler: 'clusters-elsewhere',
  ClustersStack: 'clusters-elsewhere',
  ConfigurationLayer: 'functions',
  DeadLetterQueue: 'queues',
  Dispatcher: 'events',
  DnsFirewall: 'renderer',
  Encryption: 'encryption',
  GatewayEndpoints: 'network',
  ImageUpdater: 'events',
  NodeFunction: 'functions',
  Plumbline: 'stores',
  PlumblineDashboard: 'alarms',
  PlumblineStack: 'stores',
  QueueWithDeadLetters: 'queues',
  RegistryBus: 'registries',
  RegistryForwarder: 'registries',
  RegistryStack: 'registries',
  Renderer: 'renderer',
  RendererNetwork: 'renderer',
  Reporter: 'events',
  Source: 'queues',
  StateTable: 'stores',
  Watch: 'alarms',
  Webhook: 'events',
};

const sources = readdirSync(infra).filter((file) => file.endsWith('.ts'));
const constructs = sources.flatMap((file) =>
  [...readFileSync(resolve(infra, file), 'utf8').matchAll(/^export class (\w+) extends (?:Construct|Stack)\b/gm)].map(
    ([, name = '']) => name,
  ),
);

/** The types and names of what each construct makes, by its class. */
const made = new Map<string, Set<string>>();
for (const text of [...Object.values(everyKind), deployerText])
  withStacks(text, (app) => {
    for (const construct of app.node.findAll()) {
      const names = made.get(construct.constructor.name) ?? new Set();
      made.set(construct.constructor.name, names);
      for (const resource of construct.node.findAll().filter(CfnResource.isCfnResource))
        names.add(resource.cfnResourceType).add(withoutHash(resource.stack.getLogicalId(resource)));
    }
  });

describe('every construct', () => {
  it('is known to this test', () => {
    expect([...constructs].sort()).toEqual(Object.keys(testOf).sort());
  });

  it.each(constructs)('%s stands in one of the examples, so that what holds for every stack holds for it', (name) => {
    expect([...made.keys()]).toContain(name);
  });

  it.each(Object.entries(testOf))('%s has a test that names what it makes (%s.test.ts)', (name, file) => {
    const test = readFileSync(resolve(import.meta.dirname, `${file}.test.ts`), 'utf8');
    // Nearly every construct makes a role: that a test speaks of some says nothing.
    const names = [...(made.get(name) ?? [])].filter((one) => !one.startsWith('AWS::IAM'));
    if (names.length > 0) expect(names.filter((one) => test.includes(one))).not.toEqual([]);
    expect(test).toContain('expect(');
  });
});
