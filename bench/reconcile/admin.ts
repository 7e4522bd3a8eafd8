import type { LocalCluster } from '../../local/kubernetes/cluster.ts';
import { collectionPath, indexResources, objectPath, type Resource } from '../../shared/kubernetes/resource.ts';
import type { ApiRequest } from '../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { adminTransport, clusterOver } from '../../test/support/cluster-access.ts';
import { countRequests } from './api-requests.ts';

export type ObjectReference = { apiVersion: string; kind: string; namespace: string; name: string };

const patient = 120_000;

/** Prepares, changes and looks at a cluster for the measurements, as its administrator, who is not measured. */
export async function createAdmin(local: LocalCluster) {
  const transport = adminTransport(local);
  const cluster = clusterOver(transport);
  const resources = indexResources((await cluster.discover()).resources);
  const resourceOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }): Resource => {
    const found = resources.find(apiVersion, kind);
    if (found === undefined) throw new Error(`the cluster does not serve ${kind}`);
    return found;
  };
  async function call(request: ApiRequest): Promise<string> {
    const { status, text } = await transport(request, patient);
    if (status >= 300) throw new Error(`${request.method} ${request.path} was answered with ${status}: ${text}`);
    return text;
  }
  return {
    cluster,
    resources,
    /** How many requests the API server has answered so far. */
    requests: async () => countRequests(await call({ method: 'GET', path: '/metrics' })),
    async apply(object: KubernetesObject) {
      const applied = await cluster.apply(resourceOf(object), object, { manager: 'bench', force: true, dryRun: false });
      if (applied.outcome !== 'applied') throw new Error(`${object.kind} ${object.metadata.name} could not be made`);
    },
    call,
    resourceOf,
    read: ({ namespace, name, ...kind }: ObjectReference) => cluster.read(resourceOf(kind), { namespace, name }),
    list: (kind: { apiVersion: string; kind: string }, namespace: string) =>
      cluster.list(resourceOf(kind), namespace, ''),
    async removeAll(kinds: readonly { apiVersion: string; kind: string }[], namespace: string) {
      for (const kind of kinds) await call({ method: 'DELETE', path: collectionPath(resourceOf(kind), namespace) });
    },
    /** Changes one field of one object, as `kubectl edit` does. */
    edit(object: ObjectReference, path: string, value: unknown) {
      return call({
        method: 'PATCH',
        path: `${objectPath(resourceOf(object), object)}?fieldManager=kubectl-edit`,
        headers: { 'content-type': 'application/json-patch+json' },
        body: JSON.stringify([{ op: 'replace', path, value }]),
      });
    },
  };
}

export type Admin = Awaited<ReturnType<typeof createAdmin>>;
