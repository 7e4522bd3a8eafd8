import { arnIn, type Creator } from './creator.ts';

/** Kept for the local cluster's token review: who may enter it, under which name. */
export const createAccessEntry: Creator = async (properties, creation) => {
  const clusterName = String(properties.ClusterName);
  const principalArn = String(properties.PrincipalArn);
  creation.parts.accessEntries.push({
    ...{ clusterName, principalArn },
    username: properties.Username as string | undefined,
    groups: (properties.KubernetesGroups ?? []) as string[],
  });
  const arn = arnIn(creation, 'eks', `access-entry/${clusterName}/role/${principalArn.split('/').at(-1)}`);
  return { ref: `${principalArn}|${clusterName}`, attributes: { AccessEntryArn: arn } };
};
