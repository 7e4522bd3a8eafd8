import { randomUUID } from 'node:crypto';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';

/** A namespace of a test's own, so that tests can share a cluster. */
export async function createNamespace(cluster: Cluster, prefix: string): Promise<string> {
  const name = `${prefix}-${randomUUID().slice(0, 8)}`;
  const namespaces = indexResources((await cluster.discover()).resources).find('v1', 'Namespace');
  if (namespaces === undefined) throw new Error('the cluster serves no namespaces');
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const result = await cluster.apply(namespaces, object, { manager: 'test', force: true, dryRun: false });
  if (result.outcome !== 'applied') throw new Error(`the namespace ${name} was not made: ${JSON.stringify(result)}`);
  return name;
}
