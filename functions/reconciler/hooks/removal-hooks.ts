import type { ArtifactObject } from '../../../shared/artifacts/artifact.ts';
import { MissingError } from '../../../shared/errors.ts';
import type { Discovery } from '../../../shared/kubernetes/discovery.ts';
import { hookOf } from '../../../shared/kubernetes/helm-hooks.ts';
import { indexResources } from '../../../shared/kubernetes/resource.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { type Hook, isHook, prepareArtifact } from '../prepared.ts';
import { readArtifact } from '../read-artifact.ts';
import type { Run } from '../run.ts';

/** The digest of the artifact whose deletion hooks are run. Undefined: nothing was ever applied whole. */
export const artifactOfRemoval = ({ hooks, applied }: Pick<ApplicationState, 'hooks' | 'applied'>) =>
  (hooks?.event === 'delete' ? hooks.artifact : applied) || undefined;

/**
 * The deletion hooks of an application that Git no longer has: those of the artifact that was last applied whole, which was checked then.
 * Without it, or its kinds, the application is deleted all the same.
 */
export async function readRemovalHooks(run: Run, { resources }: Discovery): Promise<Hook[]> {
  const { session, ports, log } = run;
  const { namespace } = session.state();
  const digest = artifactOfRemoval(session.state());
  if (digest === undefined || namespace === undefined) return [];
  const objects = (await readKept(run, digest)).filter(isForRemoval);
  const settings = { cluster: ports.clusterKey, namespace, conflicts: 'fail', drift: 'ignore' } as const;
  const context = { name: session.name, settings: { ...settings, rules: [] }, resources: indexResources(resources) };
  const { prepared, unknown } = prepareArtifact(objects, context);
  for (const { object } of unknown)
    log.warn('a deletion hook is left out: the cluster no longer serves its kind', { kind: object.kind });
  return prepared.filter(isHook);
}

const isForRemoval = ({ object }: ArtifactObject) =>
  hookOf(object)?.events.some((event) => event === 'pre-delete' || event === 'post-delete') ?? false;

async function readKept({ session, ports, log }: Run, digest: string): Promise<ArtifactObject[]> {
  try {
    return await readArtifact(session.name.environment, digest, ports.objects);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    log.warn('the artifact is gone, and with it its deletion hooks', { digest });
    return [];
  }
}
