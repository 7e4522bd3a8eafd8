import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import { eventually } from '../../../local/story/eventually.ts';
import { type GuardedProcess, spawnGuarded, tailOf } from '../../../local/tools/guarded-process.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { type Admin, createAdmin } from '../admin.ts';
import type { KustomizeController } from '../build-peers.ts';
import { patience } from './deployed.ts';

/** Its own default is 4. */
const concurrency = 20;

type Options = { controller: KustomizeController; cluster: LocalCluster; folder: string };

/** Flux's kustomize-controller as it runs in a cluster, and an administrator who knows its kinds. */
export type FluxController = { admin: Admin; pid: number; close(): Promise<void> };

/** Installs the definitions of its kinds and starts it, with no limit to its requests. */
export async function startController({ controller, cluster, folder }: Options): Promise<FluxController> {
  await install(controller.definitions, await createAdmin(cluster));
  const log = join(folder, 'kustomize-controller.log');
  const args = [
    ...['--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--watch-all-namespaces'],
    ...[`--concurrent=${concurrency}`, '--kube-api-qps=10000', '--kube-api-burst=10000'],
  ];
  const env = { ...process.env, KUBECONFIG: cluster.adminKubeconfig, RUNTIME_NAMESPACE: 'default' };
  const started = spawnGuarded(controller.program, args, { name: 'kustomize-controller', env, output: { file: log } });
  await untilStarted(started, log);
  return { admin: await createAdmin(cluster), pid: started.pid, close: () => started.stop({ graceMs: 0 }) };
}

async function install(folder: string, admin: Admin): Promise<void> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  const definitions = texts.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as KubernetesObject));
  for (const definition of definitions) await admin.apply(definition);
  const { apiVersion = '', kind = '' } = definitions[0] ?? {};
  await eventually(
    "Flux's kinds to be served",
    async () => {
      const found = await Promise.all(
        definitions.map(({ metadata: { name } }) => admin.read({ apiVersion, kind, namespace: '', name })),
      );
      return found.every((each) => JSON.stringify(each?.status).includes('"type":"Established"'));
    },
    patience,
  );
}

async function untilStarted({ exited }: GuardedProcess, log: string): Promise<void> {
  let code: number | null | undefined;
  void exited.then((exit) => {
    code = exit.code;
  });
  await eventually('kustomize-controller to start', async () => {
    if (code !== undefined) throw new Error(`it has ended:\n${await tailOf(log)}`);
    return (await readFile(log, 'utf8')).includes('Starting workers');
  });
}
