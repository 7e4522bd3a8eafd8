import { basename, relative, resolve, sep } from 'node:path';
import type { Writable } from 'node:stream';
import { printYaml } from '../functions/renderer/print-yaml.ts';
import { renderFolder } from '../functions/renderer/render.ts';
import { ensureKubectlAndHelm } from '../local/tools/kubectl-and-helm.ts';
import { PlumblineError, problemsOf } from '../shared/errors.ts';
import { describeProblem } from '../shared/problem.ts';
import { readFolderTree } from './folder-tree.ts';

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
  try {
    const tools = await ensureKubectlAndHelm();
    const { objects, warnings } = await renderHere(options, tools);
    for (const warning of warnings) out.stderr.write(`warning: ${describeProblem(warning)}\n`);
    if (objects.length === 0) out.stderr.write(`warning: ${options.folder}: renders to no object\n`);
    out.stdout.write(
      await printYaml(
        objects.map(({ object }) => object),
        tools,
      ),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) out.stderr.write(`error: ${describeProblem(problem)}\n`);
    return 1;
  }
}

async function renderHere({ folder, namespace, name, values, kubeVersion }: RenderOptions, tools: Tools) {
  const { tree, path, root } = await readFolderTree(folder);
  const releaseName = name ?? basename(resolve(folder));
  const inTree = values.map((file) => relative(resolve(root, path), resolve(file)).split(sep).join('/'));
  const request = { path, namespace, helm: { releaseName, values: inTree }, cluster: { version: kubeVersion } };
  return renderFolder(tree, request, { tools });
}

type Tools = Awaited<ReturnType<typeof ensureKubectlAndHelm>>;
