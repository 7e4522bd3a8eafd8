import { renderFolder } from '../../functions/renderer/render.ts';
import { planApplications } from '../../functions/source/plan-applications.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { problemsOf } from '../../shared/errors.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { KubectlAndHelm } from '../tools/kubectl-and-helm.ts';

export type RenderedEnvironment = { objects: KubernetesObject[]; problems: Problem[] };

/** Renders every application of an environment as `source` and `renderer` would. What can't be rendered is a problem beside the others' objects. */
export async function renderEnvironment(
  tree: Tree,
  { name, environment, tools }: { name: string; environment: DeployerEnvironment; tools: KubectlAndHelm },
): Promise<RenderedEnvironment> {
  try {
    const applications = planApplications({ name, environment, tree });
    const renderings = await mapConcurrently(applications, 2, ({ path, helm, settings: { namespace } }) =>
      objectsOf(renderFolder(tree, { path, namespace, helm, cluster: {} }, { tools })),
    );
    return {
      objects: renderings.flatMap(({ objects }) => objects),
      problems: renderings.flatMap(({ problems }) => problems),
    };
  } catch (error) {
    return { objects: [], problems: [...problemsOf(error)] };
  }
}

async function objectsOf(rendering: ReturnType<typeof renderFolder>): Promise<RenderedEnvironment> {
  try {
    return { objects: (await rendering).objects.map(({ object }) => object), problems: [] };
  } catch (error) {
    return { objects: [], problems: [...problemsOf(error)] };
  }
}
