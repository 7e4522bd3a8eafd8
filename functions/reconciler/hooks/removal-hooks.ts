import type { ArtifactObject } from '../../../shared/artifacts/artifact.ts';
import { MissingError } from '../../../shared/errors.ts';
import type { Discovery } from '../../../shared/kubernetes/discovery.ts';
import { hookOf } from '../../../shared/kubernetes/hooks.ts';
import { indexResources } from '../../../shared/kubernetes/resource.ts';
import type { Log } from '../../../shared/lambda/sqs-batch.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import type { ReconcilerPorts } from '../ports.ts';
import { type Hook, isHook, prepareArtifact } from '../prepared.ts';
import { readArtifact } from '../read-artifact.ts';

/** The digest of the artifact whose deletion hooks are run. Undefined: nothing was ever applied whole. */
export const artifactOfRemoval = ({ hooks, applied }: Pick<ApplicationState, 'hooks' | 'applied'>) =>
  (hooks?.event === 'delete' ? hooks.artifact : applied) || undefined;

type Known = { state: ApplicationState; ports: Pick<ReconcilerPorts, 'clusterKey' | 'objects'>; log: Log };

/**
 * The deletion hooks of an application that Git no longer has: those of the artifact that was last applied whole, which was checked then.
 * Without it, or its kinds, the application is deleted all the same.
 */
export async function readRemovalHooks(known: Known, { resources }: Discovery): Promise<Hook[]> {
  const { state, ports, log } = known;
  const { environment, application, namespace } = state;
  const digest = artifactOfRemoval(state);
  if (digest === undefined || namespace === undefined) return [];
  const objects = (await readKept(known, digest)).filter(isForRemoval);
  const settings = { cluster: ports.clusterKey, namespace, conflicts: 'fail', drift: 'ignore' } as const;
  const name = { environment, application };
  const placement = { name, settings: { ...settings, rules: [] }, resources: indexResources(resources) };
  const { prepared, unknown } = prepareArtifact(objects, placement);
  for (const { object } of unknown)
    log.warn('a deletion hook is left out: the cluster no longer serves its kind', { kind: object.kind });
  return prepared.filter(isHook);
}

const isForRemoval = ({ object }: ArtifactObject) =>
  hookOf(object)?.events.some((event) => event === 'pre-delete' || event === 'post-delete') ?? false;

async function readKept({ state, ports, log }: Known, digest: string): Promise<ArtifactObject[]> {
  try {
    return await readArtifact(state.environment, digest, ports.objects);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    log.warn('the artifact is gone, and with it its deletion hooks', { digest });
    return [];
  }
}
