import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import { createTemporaryFolder } from '../../../local/tools/guardian.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import type { Progress } from '../../../local/tools/progress.ts';
import { type Admin, createAdmin } from '../admin.ts';
import type { Bundle } from '../function/bundle.ts';
import { startBenchCluster } from '../function/cluster.ts';
import type { Engine } from './engine.ts';
import { startFlux } from './flux.ts';
import { startKubectl } from './kubectl.ts';
import { startLimit } from './limit.ts';
import { type EngineResult, measureSize } from './measure.ts';
import { startPlumbline } from './plumbline.ts';

const namespaces = {
  plumbline: 'plumbline',
  flux4: 'flux-4',
  flux16: 'flux-16',
  kubectl: 'kubectl',
  limit: 'limit',
};

export type EngineOptions = {
  sizes: readonly number[];
  repeats: number;
  bundle: Bundle;
  /** Program of Flux's engine; undefined where it can't be had. */
  fluxSsa: string | undefined;
  progress: Progress;
};

/** Measures the engines against one API server, beside which nobody else is at work. Gives the results of one size after the other. */
export async function* measureEngines(options: EngineOptions): AsyncGenerator<EngineResult[]> {
  const { sizes, repeats, progress } = options;
  const folder = await createTemporaryFolder('plumbline-bench');
  const cluster = await startBenchCluster({ namespaces: Object.values(namespaces), progress });
  try {
    const admin = await createAdmin(cluster);
    const smallest = Math.min(...sizes);
    for (const size of sizes) {
      const engines = await startEngines(options, { cluster, admin, folder: folder.path });
      yield await measureSize({ size, isSmallest: size === smallest, repeats, engines, admin, progress });
      await Promise.all(engines.map((engine) => engine.close()));
    }
  } finally {
    await cluster.stop();
    await folder.remove();
  }
}

type Surroundings = { cluster: LocalCluster; admin: Admin; folder: string };

async function startEngines(
  { bundle, fluxSsa, progress }: EngineOptions,
  { cluster, admin, folder }: Surroundings,
): Promise<Engine[]> {
  const kubeconfig = cluster.adminKubeconfig;
  const { kubectl } = await ensureKubectlAndHelm({ progress });
  const flux = (concurrency: 4 | 16) =>
    fluxSsa === undefined
      ? []
      : [startFlux({ program: fluxSsa, kubeconfig, folder, concurrency, namespace: namespaces[`flux${concurrency}`] })];
  return Promise.all([
    startPlumbline({ bundle, cluster, namespace: namespaces.plumbline }),
    ...flux(4),
    ...flux(16),
    startKubectl({ kubectl, kubeconfig, folder, namespace: namespaces.kubectl }),
    startLimit({ kubeconfig, folder, namespace: namespaces.limit, resources: admin.resources }),
  ]);
}
