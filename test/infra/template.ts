import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { PlumblineStack } from '../../infra/plumbline-stack.ts';
import { readable, withoutHash } from '../../infra/readable.ts';
import { createRegistryStacks } from '../../infra/registry-stack.ts';
import { createStacks } from '../../infra/stacks.ts';
import { type Deployer, deployerSchema } from '../../shared/config/deployer.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';

/** Two clusters, each in a VPC of its own: what belongs to one must not reach the other. */
export const deployerText = `github:
  apps:
    read: { appId: 1, privateKeySecret: plumbline/read }
    write: { appId: 2, privateKeySecret: plumbline/write }
    report: { appId: 3, privateKeySecret: plumbline/report }
  webhookSecret: plumbline/webhook
clusters:
  main:
    name: main-cluster
    vpc:
      id: vpc-1
      subnets: [subnet-1, subnet-2]
      availabilityZones: [eu-west-1a, eu-west-1b]
      routeTables: [rtb-1]
      prefixLists: { s3: pl-s3, dynamodb: pl-dynamodb }
    securityGroup: sg-1
  lab:
    name: lab-cluster
    vpc:
      id: vpc-2
      subnets: [subnet-3]
      availabilityZones: [eu-west-1a]
      routeTables: [rtb-2]
      endpoints: existing
      prefixLists: { s3: pl-s3, dynamodb: pl-dynamodb }
    securityGroup: sg-2
environments:
  staging:
    repository: example-org/environment
    branch: staging
    cluster: main
    namespaces: [staging]
    images: ['111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/*']
    charts: ['https://charts.example.com/*', 'oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts/*']
  trial:
    repository: example-org/environment
    branch: trial
    cluster: lab
    namespaces: [trial]
    images: ['444455556666.dkr.ecr.us-east-1.amazonaws.com/trial', 'docker.io/library/nginx']
chartCredentials:
  - { charts: 'https://charts.example.com/*', secret: plumbline/charts }
alerts:
  emails: [platform@example.com]
`;

/** CDK's own linter of templates takes two seconds; `app.test.ts` leaves it on. */
vi.stubEnv('CDK_VALIDATION', 'false');

/** Functions are not bundled, assets not copied. */
const context = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true };

/** Builds what a `deployer.yaml` asks for in a folder that is gone again when `read` has read it. */
export function withApp<T>(text: string, read: (app: App, deployer: Deployer) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'plumbline-template-'));
  try {
    const app = new App({ analyticsReporting: false, outdir, context });
    return read(app, parseConfiguration(text, 'deployer.yaml', deployerSchema));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const withStack = <T>(text: string, read: (stack: PlumblineStack) => T): T =>
  withApp(text, (app, deployer) => read(new PlumblineStack(app, 'Plumbline', { deployer })));

/** The stacks that stand beside the registries of other accounts and regions, in their order. */
export const synthesizeRegistries = (text: string): Template[] =>
  withApp(text, (app, deployer) => createRegistryStacks(app, deployer).map((stack) => Template.fromStack(stack)));

/** Every stack of a `deployer.yaml`, by its name: what `cdk deploy --all` deploys. */
export const synthesizeAll = (text: string): Record<string, Template> =>
  withApp(text, (app, deployer) =>
    Object.fromEntries(createStacks(app, deployer).map((stack) => [stack.node.id, Template.fromStack(stack)])),
  );

/** The `deployer.yaml` files of `examples/`, by what they are an example of. */
export const examples = {
  'one cluster': 'examples/deployer.yaml',
  'two clusters, one in another account': 'examples/two-clusters/deployer.yaml',
} as const;

/** Every stack of an example. */
export const synthesizeExample = (name: keyof typeof examples): Record<string, Template> =>
  synthesizeAll(readExample(examples[name]));

function readExample(file: string): string {
  return readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
}

/** The examples, and what they don't have: images of another account, signatures, a key of one's own. */
export const everyKind: Record<string, string> = {
  ...Object.fromEntries(Object.entries(examples).map(([name, file]) => [name, readExample(file)])),
  'registries elsewhere, and signatures': readExample(examples['one cluster'])
    .replace(/^# (home:|registries:| {2}- \{ account)/gm, '$1')
    .replace("images: ['", "images: ['210987654321.dkr.ecr.us-east-1.amazonaws.com/*-web', '")
    .replace('    branch: staging\n', '    branch: staging\n    verify: [{ keys: [cosign.pub] }]\n'),
  'a key of one’s own': `${readExample(examples['one cluster'])}
encryption: { keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' }
`,
};

/** The app with every stack of a `deployer.yaml`, as constructs. */
export const withStacks = <T>(text: string, read: (app: App) => T): T =>
  withApp(text, (app, deployer) => {
    createStacks(app, deployer);
    return read(app);
  });

export const synthesize = (text = deployerText): Template => withStack(text, (stack) => Template.fromStack(stack));

/** What `cdk synth` warns of. */
export const warnings = (text = deployerText): string[] =>
  withStack(text, (stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data)),
  );

export type Resource = { id: string; type: string; properties: Record<string, unknown> };

/** All resources of a type, by logical id without CDK's hash, with their properties' references written out as text. */
export function resources(template: Template, type: string): Resource[] {
  return Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({
    id: withoutHash(id),
    type,
    properties: readable(Properties ?? {}) as Record<string, unknown>,
  }));
}

export function resource(template: Template, type: string, id: string): Record<string, unknown> {
  const found = resources(template, type).filter((candidate) => candidate.id === id);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} are called ${id}`);
  return only.properties;
}

export type Statement = {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
  Sid?: string;
};

export const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

export const statementsOf = (policy: unknown) => (policy as { Statement: Statement[] }).Statement;

/** The statements of a function's role, by the id of its construct: `Source`, `Reconcilermain`. */
export const statementsOfFunction = (template: Template, construct: string) =>
  statementsOf(resource(template, 'AWS::IAM::Policy', `${construct}FunctionRoleDefaultPolicy`).PolicyDocument);

/** The functions by construct, with their folder under `functions/`. */
export const functions = {
  Webhook: 'webhook',
  ImageUpdater: 'image-updater',
  Source: 'source',
  Renderer: 'renderer',
  Reconcilermain: 'reconciler',
  Reconcilerlab: 'reconciler',
  Dispatcher: 'dispatcher',
  Reporter: 'reporter',
} as const;

export const lambda = (template: Template, construct: string) =>
  resource(template, 'AWS::Lambda::Function', `${construct}Function`);
