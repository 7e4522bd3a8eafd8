import type { Artifact, ArtifactObject } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import type { ObjectStore } from '../../shared/artifacts/store.ts';
import { RefusedError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/manifests/json.ts';

/**
 * The objects of an artifact, if its bytes are the ones that its name promises.
 *
 * @throws MissingError if there is no such artifact, RefusedError if it is not what its digest says
 */
export async function readArtifact(
  environment: string,
  digest: string,
  objects: Pick<ObjectStore, 'get'>,
): Promise<ArtifactObject[]> {
  const bytes = await objects.get(keys.artifact(environment, digest));
  if (digestOf(bytes) !== digest)
    throw new RefusedError(`the artifact ${digest} has other content than its digest says`);
  return (parseJson(new TextDecoder().decode(bytes)) as Artifact).objects;
}
