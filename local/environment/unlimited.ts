import { readConfig } from '../../functions/source/read-config.ts';
import { type DeployerEnvironment, deployerEnvironmentSchema } from '../../shared/config/deployer.ts';
import type { Environment } from '../../shared/config/environment.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { clusterName, repositoryName } from '../stack/settings.ts';

type Where = {
  /** The environment's folder in the tree. */
  path: string;
  branch: string;
  /** Of objects that name none, unless `environment.yaml` says another. */
  namespace: string;
};

/** Somebody who tries a folder on their own machine may deploy to whatever namespace it names, and any chart. */
export function unlimited(tree: Tree, { path, branch, namespace }: Where): DeployerEnvironment {
  const config = configOf(tree, path);
  const applications = Object.values(config?.applications ?? {});
  const namespaces = [namespace, config?.namespace, ...applications.map((application) => application.namespace)];
  const charts = applications.flatMap(({ chart }) => (chart === undefined ? [] : `${chart.repository}/${chart.name}`));
  return deployerEnvironmentSchema.parse({
    repository: repositoryName,
    branch,
    path,
    cluster: clusterName,
    namespaces: namespaces.filter((name) => name !== undefined),
    charts,
  });
}

/** What is wrong with the file is said when it is rendered. */
function configOf(tree: Tree, path: string): Environment | undefined {
  try {
    return readConfig(tree, path).config;
  } catch {
    return undefined;
  }
}
