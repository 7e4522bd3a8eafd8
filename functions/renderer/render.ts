import { posix } from 'node:path';
import type { ArtifactObject, RenderRequest } from '../../shared/artifacts/artifact.ts';
import { BadInputError } from '../../shared/errors.ts';
import { describeProblem, type Problem } from '../../shared/problem.ts';
import { hasFolder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import { checkObjects, type Rendered } from './check-objects.ts';
import { renderKustomize } from './kustomize.ts';
import { kustomizationIn } from './kustomize-files.ts';
import { renderPlain } from './plain.ts';
import type { Reading } from './read-objects.ts';
import { type ChartArchive, mountChart } from './remote-chart.ts';
import { renderChart } from './render-chart.ts';
import { defaultToolLimits, type ToolLimits, type Tools } from './run-tool.ts';
import { loadVariables } from './variables/load-variables.ts';
import { createSubstitution } from './variables/substitution.ts';

export type Rendering = { objects: ArtifactObject[]; warnings: Problem[] };

/** What of a request says what is rendered; the rest says where it comes from and goes to. `chart` has come. */
export type FolderRequest = Pick<
  RenderRequest,
  'path' | 'namespace' | 'helm' | 'kustomize' | 'variables' | 'cluster'
> & { chart?: ChartArchive | undefined };

/**
 * Renders one folder of a tree: `kustomization.yaml` by kustomize, `Chart.yaml` (or a chart that came with the request) by Helm, all
 * else as plain files. The same tree and request give the same objects in the same order. No object is a result too (`objects` is empty); what that means is the caller's to say.
 *
 * @param limits of each program that is started; default: 40 s, 2 GB of address space, 64 MB of output
 * @throws BadInputError with all that has to be mended: file, line, field, what was found, what would be accepted
 */
export async function renderFolder(
  tree: Tree,
  request: FolderRequest,
  { tools, limits = defaultToolLimits }: { tools: Tools; limits?: ToolLimits },
): Promise<Rendering> {
  const folder = posix.normalize(request.path).replace(/\/$/, '') || '.';
  try {
    const { objects, warnings } = await renderAsFound(tree, request, { folder, tools, limits });
    return { objects: checkObjects(objects, request.namespace), warnings: inOrder(warnings) };
  } catch (error) {
    throw error instanceof BadInputError ? new BadInputError(inOrder(error.problems), { cause: error.cause }) : error;
  }
}

type Found = { objects: Rendered[]; warnings: Problem[] };

async function renderAsFound(tree: Tree, request: FolderRequest, reading: Reading): Promise<Found> {
  const { folder } = reading;
  if (request.chart === undefined && !hasFolder(tree, folder)) throw new BadInputError(missingFolder(tree, folder));
  const substitute = request.variables && createSubstitution(loadVariables(tree, request.variables));
  if (request.chart !== undefined) {
    const mounted = await mountChart(tree, request.chart);
    return renderChart(mounted.tree, { ...request, ...mounted, isRemote: true, substitute }, reading);
  }
  const hasChart = tree.files.has(posix.join(folder, 'Chart.yaml'));
  if (request.kustomize !== undefined && !hasChart) throw new BadInputError([notOverChart(folder)]);
  if (request.kustomize === undefined && kustomizationIn(tree, folder) !== undefined)
    return { objects: await renderKustomize(tree, reading, { substitute }), warnings: [] };
  if (hasChart) return renderChart(tree, { ...request, chartFolder: folder, isRemote: false, substitute }, reading);
  return { objects: await renderPlain(tree, reading, substitute), warnings: [] };
}

const notOverChart = (folder: string): Problem => ({
  file: folder,
  field: 'kustomize',
  message:
    'is only for charts, and the folder has no Chart.yaml: a kustomization in the folder itself is built without it',
});

function missingFolder(tree: Tree, folder: string): Problem[] {
  const refused = refusedUnder(tree, folder);
  return refused.length > 0
    ? refused
    : [{ file: folder, message: 'is not a folder of the repository at this revision' }];
}

/** By file and line, each once: a mistake in a base is met by each overlay that uses it. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const unique = [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
  const byFile = ({ file: a = '' }: Problem, { file: b = '' }: Problem) => (a === b ? 0 : a < b ? -1 : 1);
  return unique.sort((a, b) => byFile(a, b) || (a.line ?? 0) - (b.line ?? 0));
}
