import { readConfig } from '../../functions/source/read-config.ts';
import { type DeployerEnvironment, deployerEnvironmentSchema } from '../../shared/config/deployer.ts';
import { kindName, rulesFor } from '../../shared/kubernetes/rules.ts';
import { groupOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { clusterName, type LocalEnvironment, repositoryName } from '../stack/settings.ts';
import type { KubectlAndHelm } from '../tools/kubectl-and-helm.ts';
import { type RenderedEnvironment, renderEnvironment } from './render-environment.ts';

export const environmentName = 'staging';

/** What a folder would deploy, and an environment that may deploy just that. */
export type FolderPlan = RenderedEnvironment & { environment: LocalEnvironment };

/**
 * Renders a folder to learn which namespaces and kinds it needs. What can't be rendered is a problem of the plan; the stack will say
 * the same of the commit.
 */
export async function planFolder(tree: Tree, tools: KubectlAndHelm): Promise<FolderPlan> {
  const rendered = await renderEnvironment(tree, { name: environmentName, environment: unlimited(tree), tools });
  return { ...rendered, environment: environmentFor(rendered.objects) };
}

/** Somebody who tries a folder on their own machine may deploy to whatever namespace it names. */
function unlimited(tree: Tree): DeployerEnvironment {
  const entry = { repository: repositoryName, branch: environmentName, cluster: clusterName };
  return deployerEnvironmentSchema.parse({ ...entry, namespaces: [environmentName, ...configuredNamespaces(tree)] });
}

function configuredNamespaces(tree: Tree): string[] {
  try {
    const { config } = readConfig(tree, '.');
    const named = [config.namespace, ...Object.values(config.applications ?? {}).map(({ namespace }) => namespace)];
    return named.filter((name) => name !== undefined);
  } catch {
    // What is wrong with the file is said when it is rendered.
    return [];
  }
}

/** `secrets: allow`, and rights for every namespace and kind that stands in the objects. */
function environmentFor(objects: readonly KubernetesObject[]): LocalEnvironment {
  const named = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  const created = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const kinds = objects.map(({ apiVersion, kind }) => kindName({ group: groupOf(apiVersion), kind }));
  const { rules, clusterRules } = rulesFor(objects, []);
  return {
    name: environmentName,
    namespaces: [...new Set([environmentName, ...named, ...created])],
    secrets: 'allow',
    clusterKinds: [...new Set(kinds)],
    rules,
    // Which kinds stand outside namespaces is known to the cluster only, and that one is not up yet: all of them get both.
    clusterRules: [...rules, ...clusterRules],
  };
}
