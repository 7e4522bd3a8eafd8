import { type KubernetesObject as ClientObject, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { describeIdentity, identityOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import { eventually } from '../story/eventually.ts';
import type { FolderReport } from './report.ts';

/** Fields that anybody may change and nothing depends on at once, by kind; the first object of these kinds is changed. */
const changes: Record<string, (object: KubernetesObject) => KubernetesObject | undefined> = {
  ConfigMap: (object) => withEntry(object, 'data'),
  Deployment: (object) => withLabels(object),
  Service: (object) => withLabels(object),
  ServiceAccount: (object) => withLabels(object),
};

/**
 * Changes one object as somebody with kubectl would, and waits until the drift check has put it back.
 *
 * @returns undefined where the folder has no object that can be changed without harm
 */
export async function changeByHand(
  kubeconfig: string,
  objects: readonly KubernetesObject[],
  defaultNamespace: string,
): Promise<FolderReport['drift']> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const wanted = Object.keys(changes)
    .flatMap((kind) => objects.filter((object) => object.kind === kind))
    .find((object) => changes[object.kind]?.(object) !== undefined);
  if (wanted === undefined) return undefined;
  const object = {
    ...wanted,
    metadata: { ...wanted.metadata, namespace: wanted.metadata.namespace ?? defaultNamespace },
  };
  const name = describeIdentity(identityOf(object));
  const changed = changes[object.kind]?.(object) ?? object;
  await api.patch(changed as ClientObject, undefined, undefined, 'kubectl-edit');
  const restored = await eventually(
    `${name} to be put back`,
    async () => same(await api.read(headerOf(object)), object),
    {
      everyMilliseconds: 250,
      timeoutSeconds: 90,
    },
  ).catch(() => false);
  return { object: name, restored };
}

const byHand = 'changed-by-hand';

function withEntry(object: KubernetesObject, field: 'data'): KubernetesObject | undefined {
  const [key] = Object.keys((object[field] as Record<string, string> | undefined) ?? {});
  if (key === undefined) return undefined;
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
    [field]: { [key]: byHand },
  };
}

function withLabels({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject | undefined {
  const [key] = Object.keys(metadata.labels ?? {});
  if (key === undefined) return undefined;
  return {
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '', labels: { [key]: byHand } },
  };
}

const headerOf = ({ apiVersion, kind, metadata: { name, namespace = '' } }: KubernetesObject) => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});

/** Whether no value that was changed by hand is left. */
const same = (live: ClientObject, _desired: KubernetesObject) =>
  !JSON.stringify({ ...live, metadata: { labels: live.metadata?.labels } }).includes(byHand);
