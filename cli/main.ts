import { Command } from 'commander';
import { rbac } from './rbac.ts';
import { render } from './render.ts';
import { select } from './select.ts';
import { setImage } from './set-image.ts';

const program = new Command('plumbline').description(
  'A serverless, event-driven GitOps deployer for Kubernetes on AWS',
);

program
  .command('render')
  .description('print what would be applied for a folder: plain manifests, Kustomize or Helm, as found')
  .argument('<dir>', 'the folder')
  .option('--namespace <name>', 'namespace of objects that name none', 'default')
  .option('--name <name>', "the application's name, and Helm's release name (default: the folder's)")
  .option('--values <file...>', 'Helm value files, in order', [])
  .option('--kube-version <version>', "the cluster's version, as Helm charts see it")
  .action(
    async (folder: string, options: { namespace: string; name?: string; values: string[]; kubeVersion?: string }) => {
      process.exitCode = await render({ folder, ...options }, { stdout: process.stdout, stderr: process.stderr });
    },
  );

program
  .command('rbac')
  .description("print the access that a cluster's administrator grants: pipe it to kubectl apply --server-side -f -")
  .option('--deployer <file>', 'who may deploy what where', 'deployer.yaml')
  .option(
    '--from <dir>',
    'a checkout of the environment repository: grant what its manifests need (default: the usual kinds)',
  )
  .option('--environment <name...>', 'only these environments (default: all)')
  .action(async ({ environment, ...options }: { deployer: string; from?: string; environment?: string[] }) => {
    const chosen = environment === undefined ? options : { ...options, environments: environment };
    process.exitCode = await rbac(chosen, { stdout: process.stdout, stderr: process.stderr });
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

await program.parseAsync();
