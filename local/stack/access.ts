import { execFile } from 'node:child_process';
import { bootstrapObjects } from '../../shared/kubernetes/bootstrap.ts';
import type { LocalEnvironment } from './settings.ts';

type Admin = { kubectl: string; kubeconfig: string };

/** Gives each environment its namespaces, its ServiceAccount and its rights, as a cluster's administrator would: by `kubectl apply`. */
export async function grantAccess(environments: LocalEnvironment[], { kubectl, kubeconfig }: Admin): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: bootstrapObjects({ environments }) };
  const args = ['--kubeconfig', kubeconfig, 'apply', '--server-side', '--filename', '-'];
  await new Promise<void>((resolve, reject) => {
    const child = execFile(kubectl, args, (error, _out, words) => (error ? reject(new Error(words)) : resolve()));
    child.stdin?.end(JSON.stringify(list));
  });
}
