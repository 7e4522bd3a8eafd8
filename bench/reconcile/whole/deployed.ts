import { eventually } from '../../../local/story/eventually.ts';
import type { Admin } from '../admin.ts';
import { kinds } from '../objects.ts';

const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
const replicaSets = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

/** So long may anything take: the emulator renders hundreds of applications slowly. */
export const patience = { timeoutSeconds: 1_800, everyMilliseconds: 250 };

/** Waits until a Deployment is of this version; looks often, since that is what is measured. */
export function untilVersion(admin: Admin, { namespace, name }: { namespace: string; name: string }, version: string) {
  return eventually(
    `${name} to be ${version}`,
    async () => {
      const live = await admin.read({ ...deployments, namespace, name });
      return live?.metadata.annotations?.['example.com/version'] === version;
    },
    { ...patience, everyMilliseconds: 5 },
  );
}

/** @throws Error if a namespace hasn't as many Deployments of this version */
export async function checkVersions(admin: Admin, namespace: string, count: number, version: string): Promise<void> {
  const found = await admin.list(deployments, namespace);
  const right = found.filter(({ metadata }) => metadata.annotations?.['example.com/version'] === version);
  if (right.length !== count) throw new Error(`${right.length} of ${count} applications are deployed in ${namespace}`);
}

/** Deletes what is left of all that was measured in a namespace. */
export async function clearNamespace(admin: Admin, namespace: string): Promise<void> {
  await admin.removeAll(kinds, namespace);
  await untilEmpty(admin, namespace);
}

/** Waits until the controllers have nothing more to do for what was deleted. */
export function untilEmpty(admin: Admin, namespace: string) {
  return eventually(
    `${namespace} to be empty`,
    async () => {
      const left = await Promise.all([deployments, replicaSets].map((kind) => admin.list(kind, namespace)));
      return left.flat().length === 0;
    },
    patience,
  );
}
