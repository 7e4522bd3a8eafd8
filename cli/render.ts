import { basename, join, relative, resolve, sep } from 'node:path';
import type { Writable } from 'node:stream';
import { printYaml } from '../functions/renderer/print-yaml.ts';
import { type FolderRequest, renderFolder } from '../functions/renderer/render.ts';
import { ensureKubectlAndHelm } from '../local/tools/kubectl-and-helm.ts';
import { PlumblineError, problemsOf } from '../shared/errors.ts';
import { describeProblem, type Problem } from '../shared/problem.ts';
import { type FolderInTree, readFolderTree } from './folder-tree.ts';
import { fromHere } from './report-problems.ts';

export type RenderOptions = {
  folder: string;
  namespace: string;
  /** Default: the folder's name. */
  name?: string;
  /** Relative to the working folder. */
  values: string[];
  kubeVersion?: string;
};

/**
 * `plumbline render DIR`: what would be applied, as YAML on stdout, by the code of the function. Problems go to stderr, one a line.
 *
 * @returns the exit code: 0, or 1 if there was a problem
 */
export async function render(options: RenderOptions, out: { stdout: Writable; stderr: Writable }): Promise<number> {
  let root = process.cwd();
  const say = (kind: string, problem: Problem) =>
    out.stderr.write(`${kind}: ${describeProblem(fromHere(problem, root))}\n`);
  try {
    const tools = await ensureKubectlAndHelm();
    const folder = await readFolderTree(options.folder);
    root = folder.root;
    const { objects, warnings } = await renderFolder(folder.tree, requestFor(options, folder), { tools });
    for (const warning of warnings) say('warning', warning);
    if (objects.length === 0) say('warning', { file: folder.path, message: 'renders to no object' });
    const yaml = await printYaml(
      objects.map(({ object }) => object),
      tools,
    );
    out.stdout.write(yaml);
    return 0;
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) say('error', problem);
    return 1;
  }
}

function requestFor(
  { folder, namespace, name, values, kubeVersion }: RenderOptions,
  { path, root }: FolderInTree,
): FolderRequest {
  const releaseName = name ?? basename(resolve(folder));
  const fromFolder = values.map((file) => relative(join(root, path), resolve(file)).split(sep).join('/'));
  return { path, namespace, helm: { releaseName, values: fromFolder }, cluster: { version: kubeVersion } };
}
