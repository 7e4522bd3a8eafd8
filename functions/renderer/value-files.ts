import { posix } from 'node:path';
import { isRemote } from '../../shared/kustomize/remote.ts';
import type { Problem } from '../../shared/problem.ts';
import { hasFolder, type Tree } from '../../shared/tree/tree.ts';
import type { ChartFiles } from './chart-files.ts';
import { isRefused, readManifest } from './guards/manifest.ts';
import { substituteYaml } from './variables/substitute-yaml.ts';
import type { Substitution } from './variables/substitution.ts';

/** Value files as an application names them: relative to its folder. */
export type ValueFiles = { folder: string; paths: readonly string[]; substitute?: Substitution | undefined };

/** Adds value files to what Helm gets, guarded, with their variables put in. */
export function takeValueFiles(tree: Tree, { folder, paths, substitute }: ValueFiles, chart: ChartFiles): void {
  for (const [index, path] of paths.entries()) {
    const file = posix.normalize(posix.join(folder, path));
    const isInside = !path.startsWith('/') && !isRemote(path) && file !== '..' && !file.startsWith('../');
    if (isInside) takeValues(tree, { file, target: `values-${index}.yaml`, substitute }, chart);
    else chart.problems.push({ file: path, message: outside });
  }
}

const outside = 'is a value file outside of the repository; put it beside the chart';

type ValueFile = { file: string; target: string; substitute: Substitution | undefined };

function takeValues(tree: Tree, { file, target, substitute }: ValueFile, chart: ChartFiles): void {
  const manifest = readManifest(tree, file);
  if (isRefused(manifest)) return void chart.problems.push(valueProblem(manifest.problem, tree, file));
  chart.values.push(target);
  chart.warnings.push(...manifest.duplicates.map(onlyLast));
  chart.sources.set(target, file);
  chart.files.set(target, tree.files.get(file) ?? new Uint8Array());
  if (substitute !== undefined) substituteValues({ text: manifest.text, target, substitute }, chart);
}

/** Of a key that stands twice. */
export const onlyLast = (duplicate: Problem): Problem => ({
  ...duplicate,
  message: `${duplicate.message}; only the last one counts`,
});

function valueProblem(problem: Problem, tree: Tree, file: string): Problem {
  return hasFolder(tree, file) ? { file, message: 'is a folder; a value file was expected' } : problem;
}

/** Puts variables into a file of the workspace. */
export function substituteValues(
  { text, target, substitute }: { text: string; target: string; substitute: Substitution },
  { files, sources, problems }: ChartFiles,
): void {
  const file = sources.get(target) ?? target;
  const filled = substituteYaml({ file, text, startLine: 1 }, substitute);
  problems.push(...filled.problems, ...(filled.invalid === undefined ? [] : [filled.invalid]));
  files.set(target, new TextEncoder().encode(filled.text));
}
