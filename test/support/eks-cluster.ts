import { execFile } from 'node:child_process';
import type { AccessEntry } from '../../local/kubernetes/access-entries.ts';
import { type LocalCluster, startCluster } from '../../local/kubernetes/cluster.ts';
import { identifyBySignature } from '../../local/kubernetes/signed-caller.ts';
import { ensureKubectlAndHelm } from '../../local/tools/kubectl-and-helm.ts';
import { systemClock } from '../../shared/clock.ts';
import { createTokenSource } from '../../shared/kubernetes/token.client.ts';
import { resource, synthesize } from '../infra/template.ts';
import { type RawAnswer, type RawRequest, rawRequest } from './api-request.ts';

const [accessKeyId, secretAccessKey] = ['ASIARECONCILER', 'the secret key of the reconciler'];
const role = 'arn:aws:iam::111122223333:role/reconciler';

/** A cluster that knows the reconciler as EKS does: by its token, and by the access entry that the template gives its role. */
export type EksCluster = {
  cluster: LocalCluster;
  /** As the reconciler, by its own token; `user` is whom it impersonates. */
  ask(call: RawRequest, user?: string): Promise<RawAnswer>;
  /** As the cluster's administrator. @returns what it prints */
  kubectl(args: string[], input?: string): Promise<string>;
};

export async function startEksCluster(): Promise<EksCluster> {
  const accessEntry = entryOfTemplate();
  const cluster = await startCluster({
    authenticator: {
      clusterName: 'example',
      identify: identifyBySignature((id) =>
        id === accessKeyId
          ? { secretAccessKey, arn: 'arn:aws:sts::111122223333:assumed-role/reconciler/session' }
          : undefined,
      ),
      accessEntries: () => [accessEntry],
    },
  });

  const token = createTokenSource({
    clusterName: 'example',
    region: 'eu-west-1',
    credentials: { accessKeyId, secretAccessKey },
    clock: systemClock,
  });
  const { kubectl } = await ensureKubectlAndHelm();
  return {
    cluster,
    async ask(call, user) {
      const identity: Record<string, string> = user === undefined ? {} : { 'impersonate-user': user };
      return rawRequest(cluster, await token(), { ...call, headers: { ...identity, ...call.headers } });
    },
    kubectl: (args, input) => run(kubectl, ['--kubeconfig', cluster.adminKubeconfig, ...args], input),
  };
}

function entryOfTemplate(): AccessEntry {
  const entry = resource(synthesize(), 'AWS::EKS::AccessEntry', 'ReconcilermainAccessEntry');
  return { principalArn: role, groups: entry.KubernetesGroups as string[] };
}

function run(file: string, args: string[], input = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(file, args, { maxBuffer: 1e8 }, (error, out, words) =>
    error ? reject(new Error(words)) : resolve(out),
  );
  child.stdin?.end(input);
  return promise;
}
