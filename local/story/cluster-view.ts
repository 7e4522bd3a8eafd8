import {
  AppsV1Api,
  type AppsV1ApiPatchNamespacedDeploymentRequest,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
} from '@kubernetes/client-node';
import type { DeploymentView, World } from './world.ts';

const name = 'example-application';
const label = 'plumbline.dev/application';

/** The cluster as somebody with kubectl and all rights sees it. */
export function createClusterView(kubeconfig: string): World['cluster'] {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(AppsV1Api);
  const core = config.makeApiClient(CoreV1Api);

  return {
    deployment: (namespace) =>
      unlessMissing(async () => viewOf(await apps.readNamespacedDeployment({ name, namespace }))),
    async editDeployment(namespace, { replicas, image }) {
      const body = { spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } } };
      const request: AppsV1ApiPatchNamespacedDeploymentRequest = {
        name,
        namespace,
        body,
        fieldManager: 'kubectl-edit',
      };
      await apps.patchNamespacedDeployment(
        request,
        setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
      );
    },
    service: (namespace) =>
      unlessMissing(async () => ({ uid: (await core.readNamespacedService({ name, namespace })).metadata?.uid ?? '' })),
    async deleteService(namespace) {
      await core.deleteNamespacedService({ name, namespace });
    },
    async configMaps(namespace) {
      const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: label });
      return items.map(({ metadata, data = {} }) => ({ name: metadata?.name ?? '', uid: metadata?.uid ?? '', data }));
    },
    async ownedObjects(namespace) {
      const query = { namespace, labelSelector: label };
      const [deployments, services, configMaps] = await Promise.all([
        apps.listNamespacedDeployment(query),
        core.listNamespacedService(query),
        core.listNamespacedConfigMap(query),
      ]);
      return [...named('Deployment', deployments), ...named('Service', services), ...named('ConfigMap', configMaps)];
    },
  };
}

function viewOf({ metadata, spec, status }: V1Deployment): DeploymentView {
  const replicas = spec?.replicas ?? 0;
  return {
    uid: metadata?.uid ?? '',
    image: spec?.template.spec?.containers[0]?.image ?? '',
    replicas,
    generation: metadata?.generation ?? 0,
    rolledOut:
      status?.observedGeneration === metadata?.generation &&
      [status?.updatedReplicas, status?.readyReplicas, status?.replicas].every((count = 0) => count === replicas),
  };
}

const named = (kind: string, { items }: { items: { metadata?: { name?: string } }[] }) =>
  items.map(({ metadata }) => `${kind}/${metadata?.name}`);

async function unlessMissing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 404) return undefined;
    throw error;
  }
}
