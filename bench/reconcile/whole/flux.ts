import { z } from 'zod';
import { eventually } from '../../../local/story/eventually.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { collectionPath, objectPath } from '../../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { applicationObjects } from '../objects.ts';
import { watchProcess } from '../process-usage.ts';
import { checkVersions, patience, untilEmpty, untilVersion } from './deployed.ts';
import type { FluxController } from './flux-controller.ts';
import { serveArtifacts } from './flux-sources.ts';
import { applicationName, applicationNames, type Health, type Measured, type Subject, stopwatch } from './subject.ts';

const sources = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' };
const kustomizations = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };

type Options = { controller: FluxController; namespace: string; health: Health };

/** Flux's kustomize-controller with an application for each Kustomization. What source-controller says of the sources is said for it. */
export async function startFlux({ controller, namespace, health }: Options): Promise<Subject> {
  const { admin, pid } = controller;
  const artifacts = await serveArtifacts();
  let count = 0;

  const publish = async (name: string, version: string): Promise<string> => {
    const status = await artifacts.statusOf(name, applicationObjects(name, version));
    await admin.call({
      method: 'PATCH',
      path: `${objectPath(admin.resourceOf(sources), { namespace, name })}/status`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status }),
    });
    return status.artifact.revision;
  };
  const untilAll = (what: string, holds: (kustomization: Kustomization) => boolean) =>
    eventually(
      `${count} Kustomizations to be ${what}`,
      async () => {
        const found = kustomizationSchema.array().parse(await admin.list(kustomizations, namespace));
        return found.length === count && found.every(holds);
      },
      patience,
    );
  const measure = async (task: Measured['task'], work: () => Promise<unknown>): Promise<Measured> => {
    const watched = watchProcess(pid);
    const elapsed = stopwatch();
    await work();
    return { task, seconds: { [health]: elapsed() }, ...watched.end() };
  };

  return {
    name: `Flux, waiting for health ${health}`,
    async first(wanted, version) {
      count = wanted;
      const names = applicationNames(count);
      await each(names, (name) => admin.apply(sourceOf(name, namespace)));
      await each(names, (name) => publish(name, version));
      const measured = await measure('First apply', async () => {
        await each(names, (name) => admin.apply(kustomizationOf(name, namespace, health)));
        await untilAll('ready', isReady);
      });
      await checkVersions(admin, namespace, count, version);
      return measured;
    },
    revise(version) {
      const name = applicationName(0);
      return measure('New revision of one application', async () => {
        const revision = await publish(name, version);
        await untilVersion(admin, { namespace, name }, version);
        const isDone = (each: Kustomization) =>
          each.metadata.name !== name || (isReady(each) && each.status?.lastAppliedRevision === revision);
        if (health === 'on') await untilAll('ready', isDone);
      });
    },
    look: () =>
      measure('Nothing to do', async () => {
        const at = new Date().toISOString();
        await each(applicationNames(count), (name) => request(controller, { namespace, name, at }));
        await untilAll('looked at', ({ status }) => status?.lastHandledReconcileAt === at);
      }),
    async clear() {
      for (const kind of [kustomizations, sources])
        await admin.call({ method: 'DELETE', path: collectionPath(admin.resourceOf(kind), namespace) });
      count = 0;
      await untilAll('gone', () => false);
      await untilEmpty(admin, namespace);
    },
    close: artifacts.close,
  };
}

/** Sixteen at once, as nothing else here is slow. */
const each = (names: readonly string[], work: (name: string) => Promise<unknown>) => mapConcurrently(names, 16, work);

const kustomizationSchema = z.object({
  metadata: z.object({ name: z.string(), generation: z.number().optional() }),
  status: z
    .object({
      observedGeneration: z.number(),
      lastHandledReconcileAt: z.string(),
      lastAppliedRevision: z.string(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })),
    })
    .partial()
    .optional(),
});
type Kustomization = z.output<typeof kustomizationSchema>;

function isReady({ metadata, status }: Kustomization): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isNewest = status?.observedGeneration === metadata.generation;
  return ready?.status === 'True' && isNewest;
}

const sourceOf = (name: string, namespace: string): KubernetesObject => ({
  ...sources,
  metadata: { name, namespace },
  spec: { interval: '60m', url: 'https://example.com/example' },
});

const kustomizationOf = (name: string, namespace: string, health: Health): KubernetesObject => ({
  ...kustomizations,
  metadata: { name, namespace },
  spec: {
    ...{ interval: '60m', path: './', prune: true, targetNamespace: namespace, wait: health === 'on' },
    sourceRef: { kind: sources.kind, name },
  },
});

type Request = { namespace: string; name: string; at: string };

function request({ admin }: FluxController, { namespace, name, at }: Request): Promise<string> {
  return admin.call({
    method: 'PATCH',
    path: objectPath(admin.resourceOf(kustomizations), { namespace, name }),
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': at } } }),
  });
}
