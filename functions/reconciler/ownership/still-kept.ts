import { z } from 'zod';
import { RefusedError } from '../../../shared/errors.ts';
import type { Cluster } from '../../../shared/kubernetes/cluster.ts';
import type { Failure } from '../../../shared/kubernetes/failure.ts';
import { describeKeeper, type Keeper, type Run } from '../../../shared/kubernetes/keepers.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { Resource, Resources } from '../../../shared/kubernetes/resource.ts';

type Context = { cluster: Cluster; resources: Resources };

/** `null`, as charts write it, is not said. */
const automatedSchema = z.object({ enabled: z.boolean().nullish() }).nullish();
const specSchema = z.object({
  spec: z.object({ suspend: z.boolean().nullish(), syncPolicy: z.object({ automated: automatedSchema }).nullish() }),
});

type Runner = {
  apiVersion: string;
  /** Whether it does anything by itself. */
  isActive(live: LiveObject): boolean;
  /** How it is stopped. */
  stop(run: Run): string;
};

const flux = (apiVersion: string, word: string): Runner => ({
  apiVersion,
  isActive: (live) => specSchema.safeParse(live).data?.spec.suspend !== true,
  stop: ({ name, namespace }) => `suspend it first (flux suspend ${word} ${name} --namespace ${namespace})`,
});

/**
 * What runs by itself. A Helm release is no more than a record: nothing acts on it until a person does.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
 */
const runners: Partial<Record<Run['kind'], Runner>> = {
  Kustomization: flux('kustomize.toolkit.fluxcd.io/v1', 'kustomization'),
  HelmRelease: flux('helm.toolkit.fluxcd.io/v2', 'helmrelease'),
  Application: {
    apiVersion: 'argoproj.io/v1alpha1',
    isActive(live) {
      const automated = specSchema.safeParse(live).data?.spec.syncPolicy?.automated;
      const isDeleting = live.metadata.deletionTimestamp !== undefined && (live.metadata.finalizers ?? []).length > 0;
      return isDeleting || (automated != null && automated.enabled !== false);
    },
    stop: ({ name }) => `turn its automated sync off first (argocd app set ${name} --sync-policy none)`,
  },
};

/** Why an object can't be taken over from a tool: it would be put back at once. Undefined if nothing hinders it. */
export async function stillKept(keeper: Keeper, context: Context): Promise<Failure | undefined> {
  const { by } = keeper;
  const runner = by && runners[by.kind];
  if (by === undefined || runner === undefined) return undefined;
  try {
    const found = await findRuns(by, runner, context);
    if (!found.some(runner.isActive)) return undefined;
    return { message: `${describeKeeper(keeper)} still keeps it: ${runner.stop(by)}`, retryable: true };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const message = `is kept by ${describeKeeper(keeper)}, and whether that still runs can't be seen: ${error.message}`;
    return { message, retryable: false };
  }
}

async function findRuns({ kind, namespace, name }: Run, { apiVersion }: Runner, { cluster, resources }: Context) {
  const resource: Resource | undefined = resources.findAny(apiVersion, kind);
  if (resource === undefined) return [];
  if (namespace === '') return cluster.list(resource, '', '', `metadata.name=${name}`);
  const live = await cluster.read(resource, { namespace, name });
  return live === undefined ? [] : [live];
}
