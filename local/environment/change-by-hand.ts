import {
  type KubernetesObject as ClientObject,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { describeIdentity, identityOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import { eventually } from '../story/eventually.ts';
import { type ByHand, changeOf } from './choose-change.ts';
import type { FolderReport } from './report.ts';

/**
 * Changes one object as somebody with kubectl would, and waits until the drift check has put it back.
 *
 * @returns undefined where the folder has no field that can be changed without harm
 */
export async function changeByHand(
  kubeconfig: string,
  objects: readonly KubernetesObject[],
  defaultNamespace: string,
): Promise<FolderReport['drift']> {
  const change = changeOf(objects);
  if (change === undefined) return undefined;
  const api = objectApi(kubeconfig);
  const target = headerOf(change.object, defaultNamespace);
  const name = describeIdentity(identityOf(target));
  const patch = { ...target, ...nested(change.path, change.changed, target) };
  await api.patch(patch as ClientObject, undefined, undefined, 'kubectl-edit', undefined, PatchStrategy.MergePatch);
  const restored = await eventually(
    `${name} to be put back`,
    async () => valueAt(await api.read(target), change) === change.original,
    { everyMilliseconds: 250, timeoutSeconds: 90 },
  ).catch(() => false);
  return { object: `${name}: ${change.path.join('.')}`, restored };
}

function objectApi(kubeconfig: string): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}

const headerOf = ({ apiVersion, kind, metadata }: KubernetesObject, defaultNamespace: string) => ({
  apiVersion,
  kind,
  metadata: { name: metadata.name, namespace: metadata.namespace ?? defaultNamespace },
});

/** An object with one value at a path; where the path begins in `metadata`, its name stays beside it. */
function nested([first = '', ...rest]: string[], value: unknown, { metadata }: { metadata: object }): object {
  const inner = rest.reduceRight<unknown>((below, key) => ({ [key]: below }), value);
  return { [first]: first === 'metadata' ? { ...metadata, ...(inner as object) } : inner };
}

const valueAt = (live: unknown, { path }: ByHand): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], live);
