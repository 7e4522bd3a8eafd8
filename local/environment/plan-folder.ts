import { renderFolder } from '../../functions/renderer/render.ts';
import { planApplications } from '../../functions/source/plan-applications.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { deployerEnvironmentSchema } from '../../shared/config/deployer.ts';
import { environmentSchema } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { problemsOf } from '../../shared/errors.ts';
import { kindName, rulesFor } from '../../shared/kubernetes/rules.ts';
import { groupOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { clusterName, type LocalEnvironment, repositoryName } from '../stack/settings.ts';
import type { KubectlAndHelm } from '../tools/kubectl-and-helm.ts';

export const environmentName = 'staging';

/** What a folder would deploy, and an environment that may deploy just that. */
export type FolderPlan = { environment: LocalEnvironment; objects: KubernetesObject[]; problems: Problem[] };

/**
 * Renders every application of a folder as `source` and `renderer` would, to learn which namespaces and kinds it needs.
 * What can't be rendered is a problem of the plan; the stack will say the same of the commit.
 */
export async function planFolder(tree: Tree, tools: KubectlAndHelm): Promise<FolderPlan> {
  const { objects, problems } = await renderAll(tree, tools);
  return { environment: environmentFor(objects), objects, problems };
}

async function renderAll(tree: Tree, tools: KubectlAndHelm): Promise<Omit<FolderPlan, 'environment'>> {
  try {
    const applications = planApplications({
      name: environmentName,
      environment: unlimited(tree),
      config: configOf(tree),
      configFile,
      paths: [...tree.files.keys()],
    });
    const renderings = await mapConcurrently(applications, 2, ({ path, helm, settings: { namespace } }) =>
      renderFolder(tree, { path, namespace, helm, cluster: {} }, { tools }).catch((error) => ({
        objects: [],
        problems: problemsOf(error),
      })),
    );
    return {
      objects: renderings.flatMap((rendering) => rendering.objects.map(({ object }) => object)),
      problems: renderings.flatMap((rendering) => ('problems' in rendering ? rendering.problems : [])),
    };
  } catch (error) {
    return { objects: [], problems: [...problemsOf(error)] };
  }
}

const configFile = 'environment.yaml';

const configOf = (tree: Tree) =>
  parseConfiguration(
    new TextDecoder().decode(tree.files.get(configFile) ?? new Uint8Array()),
    configFile,
    environmentSchema,
  );

/** Somebody who tries a folder on their own machine may deploy whatever namespace it names. */
function unlimited(tree: Tree) {
  const config = configOf(tree);
  const named = [config.namespace, ...Object.values(config.applications ?? {}).map(({ namespace }) => namespace)];
  const namespaces = [...new Set([...named.filter((name) => name !== undefined), environmentName])];
  const entry = { repository: repositoryName, branch: environmentName, cluster: clusterName, namespaces };
  return deployerEnvironmentSchema.parse(entry);
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
