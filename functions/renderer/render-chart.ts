import { posix } from 'node:path';
import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { atAnotherTime } from './another-time.ts';
import { gatherChart } from './chart-files.ts';
import { checkObjects } from './check-objects.ts';
import { type HelmRendering, readHelm, runHelm } from './helm.ts';
import { renderKustomize } from './kustomize.ts';
import type { Reading } from './read-objects.ts';
import { unsteadyProblems } from './unsteady.ts';
import type { Substitution } from './variables/substitution.ts';

export type ChartRendering = Pick<RenderRequest, 'namespace' | 'helm' | 'cluster' | 'kustomize'> & {
  /** The folder of the chart in the tree; elsewhere than the application's where it comes from a chart repository. */
  chartFolder: string;
  isRemote: boolean;
  /** Puts variables into value files and into the kustomization's own objects and patches. */
  substitute: Substitution | undefined;
};

/**
 * A chart, and the kustomization over it if there is one. It is rendered twice: what a chart makes up anew each time (a password, a
 * certificate, the time) would change with every commit, whatever the commit is about.
 *
 * @throws BadInputError if a file or dependency isn't in the tree, with what Helm or kustomize said, or with the fields that differ
 */
export async function renderChart(tree: Tree, request: ChartRendering, reading: Reading): Promise<HelmRendering> {
  const { chartFolder, isRemote, helm, cluster, namespace, substitute } = request;
  const values = { folder: reading.folder, paths: helm.values, substitute };
  const chart = await gatherChart(tree, { folder: chartFolder, isRemote, values });
  if (chart.problems.length > 0) throw new BadInputError(chart.problems);
  const settings = { chartFolder, releaseName: helm.releaseName, namespace, ...cluster };
  const text = await runHelm(chart, reading, settings);
  const again = atAnotherTime(chart)
    .then((other) => runHelm(other, reading, settings))
    .catch(() => text);
  const [{ objects, warnings }, otherText] = await Promise.all([finish(text, tree, request, reading), again]);
  if (otherText !== text) refuseUnsteady(objects, (await finish(otherText, tree, request, reading)).objects, namespace);
  return { objects, warnings: [...chart.warnings, ...warnings] };
}

async function finish(text: string, tree: Tree, request: ChartRendering, reading: Reading): Promise<HelmRendering> {
  const { chartFolder, kustomize, substitute } = request;
  const { objects, warnings } = await readHelm(text, { tree, chartFolder }, reading);
  if (kustomize === undefined) return { objects, warnings };
  const folder = posix.normalize(kustomize).replace(/\/$/, '');
  return { objects: await renderKustomize(tree, { ...reading, folder }, { substitute, chart: objects }), warnings };
}

type Objects = HelmRendering['objects'];

function refuseUnsteady(first: Objects, second: Objects, namespace: string): void {
  const problems = unsteadyProblems(checkObjects(first, namespace), checkObjects(second, namespace));
  if (problems.length > 0) throw new BadInputError(problems);
}
