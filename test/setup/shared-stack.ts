import type { TestProject } from 'vitest/node';
import { startAccount } from '../../local/aws/account.ts';
import { startCluster } from '../../local/kubernetes/cluster.ts';
import { ensureKubectlAndHelm } from '../../local/tools/kubectl-and-helm.ts';
import { createProgress } from '../../local/tools/progress.ts';

/** What every integration test may share: one control plane and one AWS account, started once for the whole run. */
export type SharedStack = {
  cluster: { endpoint: string; adminEndpoint: string; certificateAuthority: string; adminKubeconfig: string };
  account: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
  };
  tools: { kubectl: string; helm: string };
};

declare module 'vitest' {
  export interface ProvidedContext {
    shared: SharedStack;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const progress = createProgress();
  const tools = await ensureKubectlAndHelm({ progress });
  const [cluster, account] = await Promise.all([startCluster({ progress }), startAccount({ progress })]);
  const { endpoint, adminEndpoint, certificateAuthority, adminKubeconfig } = cluster;
  project.provide('shared', {
    cluster: { endpoint, adminEndpoint, certificateAuthority, adminKubeconfig },
    account: { endpoint: account.endpoint, region: account.region, credentials: account.credentials },
    tools,
  });
  return async () => {
    await Promise.all([cluster.stop(), account.close()]);
  };
}
