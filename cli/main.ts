import { Command } from 'commander';
import { diff } from './diff.ts';
import { type GitHubAppsOptions, githubApps } from './github-apps/github-apps.ts';
import { health } from './health.ts';
import { type RbacOptions, rbac } from './rbac.ts';
import { render } from './render.ts';
import type { RenderOptions } from './render-options.ts';
import { badInput } from './report-problems.ts';
import { select } from './select.ts';
import { setImage } from './set-image.ts';

const program = new Command('plumbline').description(
  'A serverless, event-driven GitOps deployer for Kubernetes on AWS',
);

program
  .command('render')
  .description(
    'print what would be applied: of an environment all applications; or a folder, as it is found: plain manifests, Kustomize or Helm',
  )
  .argument('<dir>', 'the folder')
  .option('--namespace <name>', 'namespace of objects that name none', 'default')
  .option('--name <name>', "the application's name, and Helm's release name (default: the folder's)")
  .option('--application <name...>', 'of an environment only these')
  .option('--values <file...>', 'Helm value files, in order', [])
  .option('--chart <file...>', 'archives of charts, as "helm pull" writes them; nothing is fetched', [])
  .option('--kustomize <dir>', 'a folder whose kustomization is built over the chart')
  .option('--variable <NAME=value...>', 'put in for ${NAME}', [])
  .option('--variables-from <file...>', 'files with ConfigMaps whose data are variables', [])
  .option('--kube-version <version>', "the cluster's version, as Helm charts see it")
  .action(async (folder: string, options: Omit<RenderOptions, 'folder'>) => {
    process.exitCode = await render({ folder, ...options }, { stdout: process.stdout, stderr: process.stderr });
  });

program
  .command('rbac')
  .description("print the access that a cluster's administrator grants: pipe it to kubectl apply --server-side -f -")
  .option('--deployer <file>', 'who may deploy what where', 'deployer.yaml')
  .option(
    '--from <dir>',
    'a checkout of the environment repository: grant what its manifests need (default: the usual kinds)',
  )
  .option('--environment <name...>', 'only these environments (default: all of the cluster)')
  .option('--cluster <key>', 'of several clusters in deployer.yaml the one that it is for')
  .action(async ({ environment, ...options }: Omit<RbacOptions, 'environments'> & { environment?: string[] }) => {
    const chosen = environment === undefined ? options : { ...options, environments: environment };
    process.exitCode = await rbac(chosen, { stdout: process.stdout, stderr: process.stderr });
  });

program
  .command('github-apps')
  .description("create Plumbline's GitHub Apps through a browser, and print what to do with their keys")
  .requiredOption('--organization <name>', 'the organisation that owns them')
  .option('--github-url <url>', 'of a GitHub Enterprise Server', 'https://github.com')
  .option('--webhook-url <url>', 'give the App that reads a webhook (default: your repositories get one themselves)')
  .option('--one', 'one App for everything, the lesser choice: whoever holds its key can read, write and report')
  .option('--secret-prefix <name>', 'of the names of the secrets', 'plumbline/github')
  .option('--out <dir>', 'a new folder for the keys', 'plumbline-github-apps')
  .action(async (options: GitHubAppsOptions) => {
    process.exitCode = await githubApps(options, { stdout: process.stdout, stderr: process.stderr });
  });

program
  .command('select')
  .description('print the version that an image policy would choose')
  .requiredOption('--policy <file|json>', 'the policy, as it stands in environment.yaml')
  .option('--tags <file>', 'one tag a line, optionally with digest and push time; - is standard input', '-')
  .option('--explain', 'say of every other tag why it is not chosen')
  .action(async (options: { policy: string; tags: string; explain?: boolean }) => {
    process.exitCode = await select(options, { stdout: process.stdout, stderr: process.stderr });
  });

/** Of commands that answer by 0 or 1, also a wrong option is bad input. */
const exitAsAnswer = ({ exitCode }: { exitCode: number }) => process.exit(exitCode === 0 ? 0 : badInput);

const collect = (value: string, values: string[]) => [...values, value];

program
  .command('set-image')
  .description('write versions into a folder as the updater would, and print the difference')
  .argument('<dir>', 'the folder')
  .argument('[images...]', 'each as repository=tag or repository=tag@sha256:…')
  .option('--policy-marker <NAME=tag>', 'set what a marker names; may be given several times', collect, [])
  .option('--dry-run', 'print the difference only')
  .action(async (folder: string, images: string[], options: { policyMarker: string[]; dryRun?: boolean }) => {
    process.exitCode = await setImage(
      { folder, images, ...options },
      { stdout: process.stdout, stderr: process.stderr },
    );
  });

program
  .command('health')
  .description('say of live objects whether they are as they should be, by the rules of the reconciler')
  .argument('<file>', 'YAML or JSON, e.g. of kubectl get -o yaml; several documents and Lists; - is standard input')
  .addHelpText(
    'after',
    '\nPods among the objects say why a rollout does not go on.\n\nExit code: 0 all healthy, 1 one or more are not (yet), 2 the input can not be read.',
  )
  .exitOverride(exitAsAnswer)
  .action(async (file: string) => {
    process.exitCode = await health(file, { stdout: process.stdout, stderr: process.stderr });
  });

program
  .command('diff')
  .description('say what applying manifests would change of live objects, field by field, without a cluster')
  .requiredOption(
    '--live <file>',
    'objects as they are, e.g. of kubectl get -o yaml --show-managed-fields; - is standard input',
  )
  .requiredOption('--desired <file>', 'manifests as they should be; - is standard input')
  .addHelpText(
    'after',
    `
Left out: the status, what the API server and its controllers keep for themselves, fields that only others own (known by
managedFields) and the server's defaults. A Secret's values are masked.

Exit code: 0 the same, 1 different, 2 the input can not be read.`,
  )
  .exitOverride(exitAsAnswer)
  .action(async (options: { live: string; desired: string }) => {
    process.exitCode = await diff(options, { stdout: process.stdout, stderr: process.stderr });
  });

await program.parseAsync();
