import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { encodeArtifact } from '../../shared/artifacts/encode-artifact.ts';
import type { RenderResult } from '../../shared/artifacts/render-result.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { ReadTreeFrom } from './read-trees.ts';
import type { ChartArchive } from './remote-chart.ts';
import { renderFolder } from './render.ts';
import type { ToolLimits, Tools } from './run-tool.ts';
import type { Transfer } from './transfer.ts';

export type RendererPorts = { tools: Tools; limits?: ToolLimits; transfer: Transfer; readTree: ReadTreeFrom };

/** Helm itself takes no chart that is larger unpacked than five times this. */
const maximumChartBytes = 20 * 1024 * 1024;

/** Lambda answers with at most 6 MB. */
const maximumProblems = 200;

/**
 * Fetches the tree, renders one folder of it, stores the artifact and says what became of it. What a person has to mend is an answer;
 * anything else is thrown, and `source` asks again.
 */
export async function answer(
  request: RenderRequest,
  { transfer, readTree, ...renderer }: RendererPorts,
): Promise<RenderResult> {
  try {
    const [tree, chart] = await Promise.all([readTree(request.treeUrl), chartOf(request, transfer)]);
    const { objects, warnings } = await renderFolder(tree, { ...request, chart }, renderer);
    const { bytes, digest } = encodeArtifact({ objects });
    await transfer.upload(request.artifactUrl, bytes);
    return { outcome: 'rendered', digest, objects: objects.length, warnings: warnings.slice(0, maximumProblems) };
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return { outcome: 'failed', problems: error.problems.slice(0, maximumProblems) };
  }
}

async function chartOf({ chart }: RenderRequest, transfer: Transfer): Promise<ChartArchive | undefined> {
  if (chart === undefined) return undefined;
  const { url, digest, name, version } = chart;
  return { bytes: await transfer.download(url, maximumChartBytes, 'chart'), digest, name, version };
}
