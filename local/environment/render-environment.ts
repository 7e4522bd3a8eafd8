import type { ChartArchive } from '../../functions/renderer/remote-chart.ts';
import { renderFolder } from '../../functions/renderer/render.ts';
import {
  type PlannedApplication,
  type PlannedChart,
  planApplications,
} from '../../functions/source/plan-applications.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { BadInputError, PlumblineError, problemsOf } from '../../shared/errors.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { KubectlAndHelm } from '../tools/kubectl-and-helm.ts';

export type RenderedApplication = {
  name: string;
  path: string;
  objects: KubernetesObject[];
  warnings: Problem[];
  /** Then there are no objects. */
  problems: Problem[];
};

type Request = {
  name: string;
  environment: DeployerEnvironment;
  tools: KubectlAndHelm;
  /** The cluster's version, as charts see it. */
  kubeVersion?: string | undefined;
  /** Archives of the charts that applications take from chart repositories: nothing is fetched here. Default: none. */
  charts?: readonly ChartArchive[];
  /** Only these applications. Default: all. */
  only?: readonly string[] | undefined;
};

/**
 * Renders every application of an environment as `source` and `renderer` would. One that can't be rendered stops no other.
 *
 * @throws BadInputError if it can't be said which applications there are
 */
export async function renderApplications(tree: Tree, request: Request): Promise<RenderedApplication[]> {
  const { name, environment, only } = request;
  const planned = planApplications({ name, environment, tree });
  const applications = only === undefined ? planned : planned.filter((each) => only.includes(each.name));
  return mapConcurrently(applications, 2, (application) => renderApplication(tree, application, request));
}

async function renderApplication(
  tree: Tree,
  { name, path, helm, kustomize, variables, chart: wanted, settings: { namespace } }: PlannedApplication,
  { tools, kubeVersion, charts = [] }: Request,
): Promise<RenderedApplication> {
  try {
    const chart = wanted && archiveOf(wanted, charts);
    const cluster = { version: kubeVersion };
    const folder = { path, namespace, helm, kustomize, variables, chart, cluster };
    const { objects, warnings } = await renderFolder(tree, folder, { tools });
    return { name, path, objects: objects.map(({ object }) => object), warnings, problems: [] };
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    return { name, path, objects: [], warnings: [], problems: [...problemsOf(error)] };
  }
}

function archiveOf({ pin, place }: PlannedChart, charts: readonly ChartArchive[]): ChartArchive {
  const { repository, name, version, digest } = pin;
  const chart = charts.find((each) => each.name === name && each.version === version);
  if (chart !== undefined) return { ...chart, digest: digest ?? chart.digest };
  const from = repository.startsWith('oci:') ? `${repository}/${name}` : `${name} --repo ${repository}`;
  const message = `is in a chart repository, and nothing is fetched here: run "helm pull ${from} --version ${version}" and name the file with --chart`;
  throw new BadInputError([{ ...place, message }]);
}

export type RenderedEnvironment = { objects: KubernetesObject[]; problems: Problem[] };

/** All objects of an environment, and what can't be rendered as problems beside them. */
export async function renderEnvironment(tree: Tree, request: Request): Promise<RenderedEnvironment> {
  try {
    const applications = await renderApplications(tree, request);
    return {
      objects: applications.flatMap(({ objects }) => objects),
      problems: applications.flatMap(({ problems }) => problems),
    };
  } catch (error) {
    return { objects: [], problems: [...problemsOf(error)] };
  }
}
