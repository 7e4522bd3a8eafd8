import type { Problem } from '../../shared/problem.ts';

/** What EKS says of a cluster, as far as it decides whether a reconciler can reach and enter it. */
export type ClusterDescription = {
  name: string;
  region: string;
  /** `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`. */
  authenticationMode: string | undefined;
  endpointPrivateAccess: boolean | undefined;
};

/**
 * What must be changed at a cluster before a reconciler can work with it, and by which command. Both are changes without a restart.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
 */
export function checkCluster({ name, region, ...found }: ClusterDescription): Problem[] {
  const update = `aws eks update-cluster-config --region ${region} --name ${name}`;
  const problems: Problem[] = [];
  if (found.endpointPrivateAccess !== true)
    problems.push({
      message: `the EKS cluster "${name}" has no private endpoint, and the reconciler has no way to the public one; turn it on: ${update} --resources-vpc-config endpointPrivateAccess=true`,
    });
  if (found.authenticationMode === undefined || !withAccessEntries.includes(found.authenticationMode))
    problems.push({
      message: `the EKS cluster "${name}" knows no access entries (its authentication mode is ${found.authenticationMode ?? 'not told'}), by which the reconciler enters it; let it, which can't be taken back: ${update} --access-config authenticationMode=API_AND_CONFIG_MAP, then deploy Plumbline again`,
    });
  return problems;
}

const withAccessEntries = ['API', 'API_AND_CONFIG_MAP'];
