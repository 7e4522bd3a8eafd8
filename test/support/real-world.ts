import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { bootstrapObjects } from '../../shared/kubernetes/bootstrap.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import { namespaceMakerOf, userOf } from '../../shared/kubernetes/names.ts';
import type { NewNamespaces } from '../../shared/kubernetes/new-namespaces.ts';
import { indexResources, type Resources } from '../../shared/kubernetes/resource.ts';
import { type PolicyRule, readPods, rulesForKinds } from '../../shared/kubernetes/rules.ts';
import { createTransport } from '../../shared/kubernetes/transport.client.ts';
import type { Transport } from '../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { adminTransport, clusterOver } from './cluster-access.ts';
import { createWorld, type World } from './reconciler-world.ts';

const run = promisify(execFile);

export type RealWorld = World & {
  namespace: string;
  environment: string;
  admin: Cluster;
  /** As the environment's second identity, if it has one. */
  maker: Cluster;
  resources: Resources;
  /** As the cluster's administrator, in the world's namespace. @returns what it prints */
  kubectl(...args: string[]): Promise<string>;
  /** An object of the world's namespace, as it stands. */
  live(apiVersion: string, kind: string, name: string): ReturnType<Cluster['read']>;
};

const ownKinds: PolicyRule[] = [
  ...rulesForKinds([
    { group: '', kind: 'ConfigMap' },
    { group: '', kind: 'Secret' },
    { group: '', kind: 'Service' },
    { group: 'apps', kind: 'Deployment' },
  ]),
  readPods,
];

type Options = {
  /** In the environment's namespace. Default: ConfigMaps, Secrets, Services and Deployments. */
  rules?: PolicyRule[];
  /** Outside any namespace. Default: none. */
  clusterKinds?: string[];
  clusterRules?: PolicyRule[];
  /** Lets it make namespaces that begin with its own one's name. Default: it may not. */
  newNamespaces?: Omit<NewNamespaces, 'prefix'>;
  /** Stands between the reconciler and the API server: in the process, or on the wire. */
  through?: (transport: Transport) => Transport;
  proxy?: { endpoint: string; certificateAuthority: string };
};

/**
 * An application on the real API server, in a namespace of its own. Its reconciler is a ServiceAccount that may impersonate the
 * environment and do nothing else, as the IAM role is on EKS.
 */
export async function createRealWorld(options: Options = {}): Promise<RealWorld> {
  const { cluster } = inject('shared');
  const admin = clusterOver(adminTransport(cluster));
  const id = randomUUID().slice(0, 8);
  const environment = `env-${id}`;
  const namespace = `ns-${id}`;
  const group = `system:serviceaccounts:reconciler-${id}`;
  const { resources } = await admin.discover();
  const index = indexResources(resources);
  const { rules = ownKinds, clusterKinds = [], clusterRules = [] } = options;
  const newNamespaces = options.newNamespaces && { ...options.newNamespaces, prefix: `${namespace}-` };
  const rights = { rules, clusterKinds, clusterRules, newNamespaces };
  const environments = [{ name: environment, namespaces: [namespace], ...rights }];
  const objects = bootstrapObjects({ environments, group });
  const reconciler: KubernetesObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `reconciler-${id}` } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reconciler', namespace: `reconciler-${id}` } },
  ];
  for (const object of [...reconciler, ...objects]) await mustApply(admin, index, object);
  const kubectl = (...args: string[]) => runKubectl(['--namespace', namespace, ...args]);
  const token = await runKubectl(['--namespace', `reconciler-${id}`, 'create', 'token', 'reconciler']);
  const { adminEndpoint: endpoint, certificateAuthority } = cluster;
  const { through = (each) => each, proxy = { endpoint, certificateAuthority } } = options;
  const transport = withToken(token, createTransport(proxy));
  const world = await createWorld({
    transport: through(transport),
    namespace,
    environment,
    user: userOf(environment),
    time: 'real',
  });
  if (newNamespaces !== undefined) Object.assign(world.settings, { newNamespaces });
  return {
    ...world,
    maker: clusterOver(transport, userOf(namespaceMakerOf(environment))),
    namespace,
    environment,
    admin,
    resources: index,
    kubectl,
    async live(apiVersion, kind, name) {
      const resource = index.find(apiVersion, kind);
      return resource && admin.read(resource, { namespace, name });
    },
  };
}

async function mustApply(admin: Cluster, resources: Resources, object: KubernetesObject): Promise<void> {
  const resource = resources.find(object.apiVersion, object.kind);
  if (resource === undefined) throw new Error(`${object.kind} is not served`);
  const result = await admin.apply(resource, object, { manager: 'test', force: true, dryRun: false });
  if (result.outcome !== 'applied')
    throw new Error(`${object.kind} ${object.metadata.name}: ${JSON.stringify(result)}`);
}

const withToken =
  (token: string, transport: Transport): Transport =>
  (request, timeout) =>
    transport({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }, timeout);

async function runKubectl(args: string[]): Promise<string> {
  const { cluster, tools } = inject('shared');
  const { stdout } = await run(tools.kubectl, ['--kubeconfig', cluster.adminKubeconfig, ...args]);
  return stdout.trim();
}
