import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { chartLimits } from '../../shared/tree/limits.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { isPackedChart, isParsedByHelm } from './guards/chart-file.ts';
import { isRefused, readManifest } from './guards/manifest.ts';

/** Charts packed in charts packed in charts: no chart has more. */
const maximumDepth = 4;

/** What speaks against unpacking an archive of a chart, at any depth; `file` is its name in the repository. */
export async function packedChartProblems(bytes: Uint8Array, file: string, depth = 1): Promise<Problem[]> {
  if (depth > maximumDepth) return [{ file, message: `holds charts packed more than ${maximumDepth} times over` }];
  try {
    return await problemsIn(await readTree(bytes, chartLimits, 'chart'), file, depth);
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(({ message }) => ({ file, message }));
    throw error;
  }
}

async function problemsIn(tree: Tree, file: string, depth: number): Promise<Problem[]> {
  const named = (path: string) => `${file}/${path}`;
  const refused = [...tree.refused].map(([path, message]) => ({ file: named(path), message }));
  const harmful = [...tree.files.keys()].filter(isParsedByHelm).flatMap((path) => {
    const manifest = readManifest(tree, path);
    return isRefused(manifest) ? [{ ...manifest.problem, file: named(path) }] : [];
  });
  const packed = [...tree.files].filter(([path]) => isPackedChart(path));
  const deeper = await Promise.all(packed.map(([path, inner]) => packedChartProblems(inner, named(path), depth + 1)));
  return [...refused, ...harmful, ...deeper.flat()];
}
