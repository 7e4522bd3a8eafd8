import { digestOf } from '../../shared/artifacts/digest.ts';
import { BadInputError } from '../../shared/errors.ts';
import { chartLimits } from '../../shared/tree/limits.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';

/** A chart from a chart repository: its archive (.tgz), and the digest that was pinned. */
export type ChartArchive = { bytes: Uint8Array; digest: string; name: string; version: string };

/** A tree that has a chart beside the repository's own files, and the chart's folder in it. */
export type WithChart = { tree: Tree; chartFolder: string };

/**
 * Unpacks a chart under the same guards as a repository. Its files get a folder of their own in the tree, `NAME-VERSION.tgz`, by which
 * messages name them.
 *
 * @throws BadInputError if the archive isn't the one that was pinned, is none, is too large, or holds no chart
 */
export async function mountChart(repository: Tree, { bytes, digest, name, version }: ChartArchive): Promise<WithChart> {
  const chartFolder = `${name}-${version}.tgz`;
  const found = digestOf(bytes);
  if (found !== digest)
    throw refusal(chartFolder, `is not the archive that was pinned: expected ${digest}; found ${found}`);
  const chart = await readTree(bytes, chartLimits, `chart ${chartFolder}`);
  if (!chart.files.has('Chart.yaml')) throw refusal(chartFolder, 'is no chart: it has no folder with a Chart.yaml');
  const mounted = <Value>([path, value]: [string, Value]): [string, Value] => [`${chartFolder}/${path}`, value];
  // Helm heeds it in folders only; what was packed is the chart.
  const files = [...chart.files].filter(([path]) => path !== '.helmignore');
  return {
    tree: {
      files: new Map([...repository.files, ...files.map(mounted)]),
      refused: new Map([...repository.refused, ...[...chart.refused].map(mounted)]),
    },
    chartFolder,
  };
}

const refusal = (file: string, message: string) => new BadInputError([{ file, message }]);
