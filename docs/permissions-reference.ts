import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { type Grant, NodeFunction } from '../infra/node-function.ts';
import { PlumblineStack } from '../infra/plumbline-stack.ts';
import { readDeployer } from '../infra/read-deployer.ts';
import { readable, withoutHash } from '../infra/readable.ts';
import { besideFunctions, list, type Resources } from './permissions-beside-functions.ts';

/**
 * `docs/permissions.md`: what each function may do, on what, and why, and whom the resources themselves let in. Made of the grants in
 * `infra/`, where each is given with its reason, and of the template, for the example of a `deployer.yaml`.
 */
export function permissionsDocument(): string {
  const { functions, resources } = inExample();
  return `# Permissions

Made by \`npm run docs\` of the grants in \`infra/\`, for [examples/deployer.yaml](../examples/deployer.yaml). Each function has a role of its own, and nobody has anything that isn't listed here.
\`<Name>\` is a resource of the template.

That this is all of it, and not too much, is held by tests:

| what | where |
|---|---|
| Every call to AWS in the story of \`npm run local\` is allowed by the caller's role, by two judges: the guard of the local stack, and [a simulator](https://github.com/cloud-copilot/iam-simulate) that somebody else wrote | \`test/e2e/story.test.ts\` |
| Every permission (each action on each resource, of the state table each action on each partition) is used by some call of the story, but for what Lambda itself does | the same |
| Of everything that one could do with anything in the account, each role may do what its table says and nothing else | \`test/infra/permissions-matrix.test.ts\` |
| What would be bad is denied, each with the reason; whoever takes a function over is refused what he would try first | \`test/infra/permissions-forbidden.test.ts\`, \`local/story/steps/intruder.ts\` |
| What stands at the resources is narrow, too | \`test/infra/permissions-resources.test.ts\` |
| No resource or action is left open without a reason | \`test/infra/permissions.test.ts\` |

What follows from it is on the page on [security](security.md).

# The functions
${functions.map(section).join('')}
${besideFunctions(resources)}`;
}

type Listed = { name: string; grants: Grant[] };

function inExample(): { functions: Listed[]; resources: Resources } {
  const outdir = mkdtempSync(join(tmpdir(), 'plumbline-permissions-'));
  try {
    const context = { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true };
    const app = new App({ analyticsReporting: false, outdir, context });
    const stack = new PlumblineStack(app, 'Plumbline', { deployer: readDeployer('examples/deployer.yaml') });
    const functions = stack.node.findAll().filter((construct) => construct instanceof NodeFunction);
    const template = app.synth().getStackByName(stack.stackName).template as { Resources: Record<string, unknown> };
    return {
      functions: functions.map(({ node, grants }) => ({
        name: node.scope?.node.id ?? node.id,
        grants: readable(stack.resolve(grants)) as Grant[],
      })),
      resources: Object.fromEntries(
        Object.entries(template.Resources).map(([id, resource]) => [withoutHash(id), readable(resource)]),
      ) as Resources,
    };
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
