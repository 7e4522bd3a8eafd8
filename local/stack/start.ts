import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type LocalAccount, startAccount } from '../aws/account.ts';
import type { PlayedStack } from '../aws/play.ts';
import { type GitHubStandIn, startGitHub } from '../github/start.ts';
import { type LocalCluster, startCluster } from '../kubernetes/cluster.ts';
import { createTemporaryFolder } from '../tools/guardian.ts';
import { ensureKubectlAndHelm, type KubectlAndHelm } from '../tools/kubectl-and-helm.ts';
import type { Progress } from '../tools/progress.ts';
import { grantAccess } from './access.ts';
import { createClosing } from './closing.ts';
import { localDeployer, secretNames } from './deployer.ts';
import { accountId, clusterName, type LocalEnvironment, region } from './settings.ts';
import { synthesize } from './synthesize.ts';

export type StackOptions = {
  environments: LocalEnvironment[];
  /** How many times faster the schedules tick. */
  speed: number;
  keepLogs?: string | undefined;
  progress: Progress;
  warn(message: string): void;
};

/** An AWS account, GitHub and a cluster on this machine, with Plumbline's template played on them. */
export type Stack = {
  github: GitHubStandIn;
  account: LocalAccount;
  cluster: LocalCluster;
  played: PlayedStack;
  tools: KubectlAndHelm;
  /** Lets the schedules tick and GitHub tell of pushes. Before, nothing happens by itself. */
  open(): void;
  /** Ends every process and removes every folder. */
  close(): Promise<void>;
};

/** Starts everything at once that doesn't wait for another, and undoes what was started when something fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closing = createClosing();
  try {
    return await assemble(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function assemble(options: StackOptions, closing: ReturnType<typeof createClosing>): Promise<Stack> {
  const { environments, progress, speed, warn, keepLogs } = options;
  let played: PlayedStack | undefined;
  const github = closing.add(await startGitHub());
  const tools = await ensureKubectlAndHelm({ progress });
  const starting = progress('Starting the AWS emulator', () =>
    startAccount({ accountId, region, keepLogs, warn, layerOverrides: layerFiles(tools) }),
  ).then(closing.add);
  const [account, cluster, assembly] = await Promise.all([
    starting,
    startCluster({
      progress,
      region,
      onFailure: warn,
      authenticator: {
        clusterName,
        identify: async (url, headers) => (await starting).identify(url, headers),
        accessEntries: () => played?.accessEntries() ?? [],
      },
    }).then((started) => {
      closing.add({ close: () => started.stop() });
      return started;
    }),
    progress('Synthesizing the template', () => assemblyOf(github, environments, closing)),
  ]);
  account.setCluster(clusterName, describe(cluster));
  const webhookSecret = randomBytes(32).toString('hex');
  await Promise.all([
    createSecrets(account, github, webhookSecret),
    grantAccess(environments, { kubectl: tools.kubectl, kubeconfig: cluster.adminKubeconfig }),
  ]);
  const stack = await progress('Playing the template', () => account.play(assembly, { speed, runSchedules: false }));
  played = stack;
  for (const { type, logicalId } of stack.unplayed) warn(`the template's ${type} ${logicalId} is not played`);
  const open = () => {
    github.setWebhook({ url: stack.outputs.WebhookUrl ?? '', secret: webhookSecret });
    stack.schedules.start();
  };
  return { github, account, cluster, played: stack, tools, open, close: closing.close };
}

async function assemblyOf(
  github: GitHubStandIn,
  environments: LocalEnvironment[],
  closing: ReturnType<typeof createClosing>,
) {
  const folder = await createTemporaryFolder('plumbline-assembly');
  closing.add({ close: () => folder.remove() });
  const deployer = join(folder.path, 'deployer.yaml');
  await writeFile(deployer, localDeployer(github, environments));
  const output = join(folder.path, 'cdk.out');
  await synthesize(deployer, output);
  return output;
}

async function createSecrets({ clients }: LocalAccount, { apps }: GitHubStandIn, webhookSecret: string): Promise<void> {
  const secrets = {
    [secretNames.read]: apps.read.privateKey,
    [secretNames.write]: apps.write.privateKey,
    [secretNames.report]: apps.report.privateKey,
    [secretNames.webhook]: webhookSecret,
  };
  const create = ([Name, SecretString]: [string, string]) =>
    clients.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  await Promise.all(Object.entries(secrets).map(create));
}

/** As EKS describes it. */
const describe = ({ endpoint, certificateAuthority, version }: LocalCluster) => ({
  endpoint,
  certificateAuthority: Buffer.from(certificateAuthority).toString('base64'),
  version: version.replace(/^v(\d+\.\d+)\..*$/, '$1'),
});

/** The layer's binaries are for Linux on x86-64; elsewhere the functions get this machine's own. */
function layerFiles({ kubectl, helm }: KubectlAndHelm): Record<string, string> {
  const runsHere = process.platform === 'linux' && process.arch === 'x64';
  return runsHere ? {} : { 'kubectl/kubectl': kubectl, 'helm/helm': helm };
}
