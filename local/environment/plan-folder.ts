import type { FetchChart } from '../../shared/charts/ports.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { kindName, rulesFor } from '../../shared/kubernetes/rules.ts';
import { groupOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { LocalEnvironment } from '../stack/settings.ts';
import type { KubectlAndHelm } from '../tools/kubectl-and-helm.ts';
import { fetchCharts } from './fetch-charts.ts';
import { type RenderedEnvironment, renderEnvironment } from './render-environment.ts';
import { unlimited } from './unlimited.ts';

export const environmentName = 'staging';

/** What a folder would deploy, and an environment that may deploy just that. */
export type FolderPlan = RenderedEnvironment & { environment: LocalEnvironment };

/**
 * Renders a folder to learn which namespaces and kinds it needs. What can't be rendered is a problem of the plan; the stack will say
 * the same of the commit.
 */
export async function planFolder(tree: Tree, tools: KubectlAndHelm, fetchChart: FetchChart): Promise<FolderPlan> {
  const environment = unlimited(tree, { path: '.', branch: environmentName, namespace: environmentName });
  const { charts, problems } = await fetchCharts(tree, { name: environmentName, environment }, fetchChart);
  const rendered = await renderEnvironment(tree, { name: environmentName, environment, tools, charts });
  return {
    objects: rendered.objects,
    problems: [...problems, ...rendered.problems],
    environment: environmentFor(rendered.objects, environment),
  };
}

/** `secrets: allow`, `podSecurity: privileged`, rights for every namespace and kind that stands in the objects, and what `environment.yaml` names. */
function environmentFor(
  objects: readonly KubernetesObject[],
  { namespaces, charts }: Pick<DeployerEnvironment, 'namespaces' | 'charts'>,
): LocalEnvironment {
  const named = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  const created = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const kinds = objects.map(({ apiVersion, kind }) => kindName({ group: groupOf(apiVersion), kind }));
  const { rules, clusterRules } = rulesFor(objects, []);
  return {
    name: environmentName,
    namespaces: [...new Set([...namespaces, ...named, ...created])],
    charts,
    secrets: 'allow',
    podSecurity: 'privileged',
    clusterKinds: [...new Set(kinds)],
    rules,
    // Which kinds stand outside namespaces is known to the cluster only, and that one is not up yet: all of them get both.
    clusterRules: [...rules, ...clusterRules],
  };
}
