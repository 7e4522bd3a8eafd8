import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import { clusterName } from '../../../local/stack/settings.ts';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { encodeArtifact } from '../../../shared/artifacts/encode-artifact.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import type { Release, ReleaseEntry } from '../../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { someSettings } from '../../../test/support/examples.ts';
import type { Storage } from './storage.ts';

export const environment = 'bench';

/** Writes down where the cluster is, as `source` does. */
export async function describeCluster({ endpoint, certificateAuthority }: LocalCluster, { state }: Storage) {
  await state.writeClusterAddress({
    cluster: clusterName,
    endpoint,
    certificateAuthority: Buffer.from(certificateAuthority).toString('base64'),
    describedAt: new Date().toISOString(),
  });
}

type Applications = ReadonlyMap<string, readonly KubernetesObject[]>;
type Revision = { sequence: number; namespace: string; applications: Applications };

/** Writes a revision down as `source` does: these are the environment's applications from now on. */
export async function desire({ sequence, namespace, applications }: Revision, storage: Storage): Promise<void> {
  const revision = String(sequence).padStart(40, '0');
  const settings = someSettings({ cluster: clusterName, namespace, allowedNamespaces: [namespace] });
  const entries = await mapConcurrently([...applications], 16, async ([name, objects]) => {
    const artifact = { ...(await store(objects, storage)), revision };
    const entry: ReleaseEntry = { path: name, inputs: artifact.digest, artifact, problems: [], warnings: [], settings };
    return [name, entry] as const;
  });
  const release: Release = { environment, revision, applications: Object.fromEntries(entries) };
  const bytes = new TextEncoder().encode(JSON.stringify(release));
  const key = keys.release(environment, digestOf(bytes));
  await storage.objects.putOnce(key, bytes);
  await storage.state.writeDesired({
    ...{ environment, repository: 'example-org/example', branch: environment },
    ...{ sequence, revision, release: key, at: new Date().toISOString() },
  });
}

async function store(manifests: readonly KubernetesObject[], { objects }: Storage) {
  const { bytes, digest } = encodeArtifact({ objects: manifests.map((object) => ({ object })) });
  await objects.putOnce(keys.artifact(environment, digest), bytes);
  return { digest, objects: manifests.length };
}
