import { type LocalCluster, startCluster } from '../../../local/kubernetes/cluster.ts';
import { identifyBySignature } from '../../../local/kubernetes/signed-caller.ts';
import { accountId, clusterName } from '../../../local/stack/settings.ts';
import type { Progress } from '../../../local/tools/progress.ts';
import { bootstrapObjects } from '../../../shared/kubernetes/bootstrap.ts';
import { reconcilerGroup } from '../../../shared/kubernetes/names.ts';
import { rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import { groupOf } from '../../../shared/manifests/object.ts';
import { type Admin, createAdmin } from '../admin.ts';
import { kinds } from '../objects.ts';
import { roleArn, roleName } from './reconciler.ts';
import { environment } from './revisions.ts';
import { credentials } from './storage.ts';

type Options = { namespaces: readonly string[]; progress: Progress };

/**
 * A cluster without controllers, that knows the reconciler as EKS does, by its token and its access entry, and lets it write to these
 * namespaces.
 */
export async function startBenchCluster({ namespaces, progress }: Options): Promise<LocalCluster> {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/bench`;
  const identify = identifyBySignature((id) =>
    id === credentials.accessKeyId ? { secretAccessKey: credentials.secretAccessKey, arn } : undefined,
  );
  const accessEntries = () => [{ principalArn: roleArn, groups: [reconcilerGroup] }];
  const authenticator = { clusterName, identify, accessEntries };
  const cluster = await startCluster({ progress, controllers: false, authenticator });
  await allow(namespaces, await createAdmin(cluster));
  return cluster;
}

/** Lets the reconciler write what is measured to these namespaces. */
export async function allow(namespaces: readonly string[], admin: Admin): Promise<void> {
  const rules = rulesForKinds(kinds.map(({ apiVersion, kind }) => ({ group: groupOf(apiVersion), kind })));
  for (const object of bootstrapObjects({ environments: [{ name: environment, namespaces, rules }] }))
    await admin.apply(object);
}
