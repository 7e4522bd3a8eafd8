import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { chartLimits } from '../../shared/tree/limits.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { isPackedChart, isParsedByHelm, isRemoteSchema } from './guards/chart-file.ts';
import { isRefused, readManifest } from './guards/manifest.ts';

/** Charts packed in charts packed in charts: no chart has more. */
const maximumDepth = 4;

/** What speaks against unpacking an archive, and the schemas in it that refer to others on the network. */
export type PackedChart = { problems: Problem[]; remoteSchemas: string[] };

/** Looks into an archive of a chart, at any depth; `file` is its name in the repository. */
export async function inspectPackedChart(bytes: Uint8Array, file: string, depth = 1): Promise<PackedChart> {
  if (depth > maximumDepth)
    return refused([{ file, message: `holds charts packed more than ${maximumDepth} times over` }]);
  try {
    return await inspect(await readTree(bytes, chartLimits, 'chart'), file, depth);
  } catch (error) {
    if (error instanceof BadInputError) return refused(error.problems.map(({ message }) => ({ file, message })));
    throw error;
  }
}

const refused = (problems: Problem[]): PackedChart => ({ problems, remoteSchemas: [] });

async function inspect(tree: Tree, file: string, depth: number): Promise<PackedChart> {
  const named = (path: string) => `${file}/${path}`;
  const left = [...tree.refused].map(([path, message]) => ({ file: named(path), message }));
  const manifests = [...tree.files.keys()].filter(isParsedByHelm).map((path) => readManifest(tree, path));
  const harmful = manifests.filter(isRefused).map(({ problem, file: path }) => ({ ...problem, file: named(path) }));
  const remote = manifests.filter((manifest) => !isRefused(manifest) && isRemoteSchema(manifest.file, manifest.text));
  const packed = [...tree.files].filter(([path]) => isPackedChart(path));
  const deeper = await Promise.all(packed.map(([path, inner]) => inspectPackedChart(inner, named(path), depth + 1)));
  return {
    problems: [...left, ...harmful, ...deeper.flatMap(({ problems }) => problems)],
    remoteSchemas: [...remote.map((manifest) => named(manifest.file)), ...deeper.flatMap((each) => each.remoteSchemas)],
  };
}

/** Changes the files in an archive of a chart that was inspected, at any depth. What stays the same is the same archive. */
export async function changePackedChart(
  bytes: Uint8Array,
  change: (content: Uint8Array) => Uint8Array,
): Promise<Uint8Array> {
  const { files } = await readTree(bytes, chartLimits, 'chart');
  const changed = await Promise.all(
    [...files].map(async ([path, content]) => {
      const next = isPackedChart(path) ? await changePackedChart(content, change) : change(content);
      return { path, next, isSame: next === content };
    }),
  );
  if (changed.every(({ isSame }) => isSame)) return bytes;
  const archive = pack();
  for (const { path, next } of changed) archive.entry({ name: `chart/${path}` }, Buffer.from(next));
  archive.finalize();
  return gzipSync(Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>)));
}
