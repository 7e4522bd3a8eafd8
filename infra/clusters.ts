import { accountElsewhere, type DeployerCluster } from '../shared/config/cluster.ts';
import type { Deployer } from '../shared/config/deployer.ts';
import { BadInputError } from '../shared/errors.ts';

/** @throws BadInputError when `deployer.yaml` has no such cluster */
export function clusterOf({ clusters }: Pick<Deployer, 'clusters'>, key: string): DeployerCluster {
  const cluster = clusters[key];
  if (cluster !== undefined) return cluster;
  const names = Object.keys(clusters).join(', ');
  throw new BadInputError([{ message: `deployer.yaml has no cluster "${key}"; it has ${names}` }]);
}

/** The environments that are deployed to a cluster. */
export function environmentsOf({ environments }: Pick<Deployer, 'environments'>, key: string): string[] {
  return Object.entries(environments).flatMap(([name, { cluster }]) => (cluster === key ? [name] : []));
}

/** Keys of the clusters that stand in Plumbline's own account. */
export const clustersAtHome = (deployer: Deployer): string[] =>
  Object.entries(deployer.clusters).flatMap(([key, cluster]) => (accountElsewhere(cluster, deployer) ? [] : [key]));

/** The cluster in whose VPC the renderer stands, if it has none of its own. */
export const besideRenderer = (deployer: Deployer): DeployerCluster =>
  clusterOf(
    deployer,
    deployer.renderer.cluster ?? clustersAtHome(deployer)[0] ?? Object.keys(deployer.clusters)[0] ?? '',
  );

export type ClusterElsewhere = { key: string; cluster: DeployerCluster; account: string };

export const clustersElsewhere = (deployer: Deployer): ClusterElsewhere[] =>
  Object.entries(deployer.clusters).flatMap(([key, cluster]) => {
    const account = accountElsewhere(cluster, deployer);
    return account === undefined ? [] : [{ key, cluster, account }];
  });

/** The part of `deployer.yaml` that is about one cluster: all that another account gets to know of it. */
export function aboutCluster(deployer: Deployer, key: string): Deployer {
  const own = environmentsOf(deployer, key);
  const environments = Object.entries(deployer.environments).filter(([name]) => own.includes(name));
  return {
    ...deployer,
    registries: [],
    clusters: { [key]: clusterOf(deployer, key) },
    environments: Object.fromEntries(environments),
  };
}
