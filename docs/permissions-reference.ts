import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { type Grant, NodeFunction } from '../infra/node-function.ts';
import { PlumblineStack } from '../infra/plumbline-stack.ts';
import { readDeployer } from '../infra/read-deployer.ts';
import { readable } from '../infra/readable.ts';

/**
 * `docs/permissions.md`: what each function may do, on what, and why. Made of the grants in `infra/`, where each is given with its
 * reason, for the example of a `deployer.yaml`.
 */
export const permissionsDocument = (): string => `# Permissions

Made by \`npm run docs\` of the grants in \`infra/\`, for [examples/deployer.yaml](../examples/deployer.yaml). Each function has a role of its own, and no role has anything that isn't listed here.
\`<Name>\` is a resource of the template.

That this is all of it, and not too much, is held by tests: \`test/infra/permissions.test.ts\` compares every role with its table, and in \`npm run local\` every call of a function is judged by its role's policy, so that
a right that is missing fails there. What follows from it is on the page on [security](security.md).
${inFunctions().map(section).join('')}`;

type Listed = { name: string; grants: Grant[] };

function inFunctions(): Listed[] {
  const outdir = mkdtempSync(join(tmpdir(), 'plumbline-permissions-'));
  try {
    const context = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true };
    const app = new App({ analyticsReporting: false, outdir, context });
    const stack = new PlumblineStack(app, 'Plumbline', { deployer: readDeployer('examples/deployer.yaml') });
    const functions = stack.node.findAll().filter((construct) => construct instanceof NodeFunction);
    return functions.map(({ node, grants }) => ({
      name: node.scope?.node.id ?? node.id,
      grants: readable(stack.resolve(grants)) as Grant[],
    }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const section = ({ name, grants }: Listed) => `
## ${name}
| why | actions | on |
|---|---|---|
${grants.map(row).join('\n')}
`;

const row = ({ why, actions, resources }: Grant) => `| ${why} | ${list(actions)} | ${list(resources)} |`;

const list = (items: readonly string[]) => [...new Set(items)].map((item) => `\`${item}\``).join('<br>');
