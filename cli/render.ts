import { basename, posix, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { printYaml } from '../functions/renderer/print-yaml.ts';
import { renderFolder } from '../functions/renderer/render.ts';
import { type RenderedApplication, renderApplications } from '../local/environment/render-environment.ts';
import { unlimited } from '../local/environment/unlimited.ts';
import { ensureKubectlAndHelm, type KubectlAndHelm } from '../local/tools/kubectl-and-helm.ts';
import { BadInputError, PlumblineError, problemsOf } from '../shared/errors.ts';
import { kustomizationsIn } from '../shared/kustomize/kustomizations.ts';
import { describeProblem, type Problem } from '../shared/problem.ts';
import { hasFolder } from '../shared/tree/tree.ts';
import { readChartArchive } from './chart-archive.ts';
import { type FolderInTree, readFolderTree } from './folder-tree.ts';
import { type RenderOptions, requestFor } from './render-options.ts';
import { fromHere } from './report-problems.ts';

type Out = { stdout: Writable; stderr: Writable };

/**
 * `plumbline render DIR`: what would be applied, as YAML on stdout, by the code of the functions. A folder with an `environment.yaml` or
 * with `applications/` is an environment: all its applications are rendered, one after the other. Problems go to stderr, one a line.
 *
 * @returns the exit code: 0, or 1 if there was a problem
 */
export async function render(options: RenderOptions, out: Out): Promise<number> {
  let root = process.cwd();
  const say = (kind: string, problem: Problem) =>
    out.stderr.write(`${kind}: ${describeProblem(fromHere(problem, root))}\n`);
  try {
    const tools = await ensureKubectlAndHelm();
    const folder = await readFolderTree(options.folder);
    root = folder.root;
    const applications = isEnvironment(folder)
      ? await environmentOf(options, folder, tools)
      : [await applicationOf(options, folder, tools)];
    for (const { path, objects, warnings, problems } of applications) {
      for (const warning of warnings) say('warning', warning);
      for (const problem of problems) say('error', problem);
      if (objects.length + problems.length === 0) say('warning', { file: path, message: 'renders to no object' });
    }
    out.stdout.write(await print(applications, tools));
    return applications.some(({ problems }) => problems.length > 0) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) say('error', problem);
    return 1;
  }
}

/** What the deployer would take for one; a kustomization or a chart may have a folder `applications`, too. */
function isEnvironment({ tree, path }: FolderInTree): boolean {
  if (tree.files.has(posix.join(path, 'environment.yaml'))) return true;
  const isOne = kustomizationsIn(tree, path).length > 0 || tree.files.has(posix.join(path, 'Chart.yaml'));
  return !isOne && hasFolder(tree, posix.join(path, 'applications'));
}

async function applicationOf(
  options: RenderOptions,
  folder: FolderInTree,
  tools: KubectlAndHelm,
): Promise<RenderedApplication> {
  const request = await requestFor(options, folder);
  const { objects, warnings } = await renderFolder(folder.tree, request, { tools });
  const { releaseName: name } = request.helm;
  return { name, path: folder.path, objects: objects.map(({ object }) => object), warnings, problems: [] };
}

async function environmentOf(
  options: RenderOptions,
  { tree, path }: FolderInTree,
  tools: KubectlAndHelm,
): Promise<RenderedApplication[]> {
  const { namespace, application: only, kubeVersion } = options;
  const name = options.name ?? basename(resolve(options.folder));
  const environment = unlimited(tree, { path, branch: name, namespace });
  const charts = await Promise.all(options.chart.map(readChartArchive));
  const all = await renderApplications(tree, { name, environment, tools, kubeVersion, charts, only });
  const unknown = only?.filter((each) => !all.some((application) => application.name === each)) ?? [];
  if (unknown.length === 0) return all;
  throw new BadInputError([{ file: path, message: `has no application ${unknown.join(', ')}` }]);
}

/** Several applications are told apart by a comment. */
async function print(applications: readonly RenderedApplication[], tools: KubectlAndHelm): Promise<string> {
  const printed = await Promise.all(
    applications.map(async ({ name, objects }) => ({ name, yaml: await printYaml(objects, tools) })),
  );
  const whole = printed.filter(({ yaml }) => yaml !== '');
  if (applications.length === 1) return whole.map(({ yaml }) => yaml).join('');
  return whole.map(({ name, yaml }) => `# Application ${name}\n${yaml}`).join('---\n');
}
