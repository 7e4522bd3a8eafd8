import { Command } from 'commander';
import { rbac } from './rbac.ts';
import { render } from './render.ts';

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

await program.parseAsync();
