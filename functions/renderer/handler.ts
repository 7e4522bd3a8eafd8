import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import type { RenderResult } from '../../shared/artifacts/render-result.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { answer, type RendererPorts } from './answer.ts';
import { createReadTree } from './read-trees.ts';
import { createTransfer } from './transfer.ts';

const transfer = createTransfer();
const ports: RendererPorts = {
  tools: { kubectl: requireVariable(variables.kubectl), helm: requireVariable(variables.helm) },
  transfer,
  readTree: createReadTree(transfer),
};
const log = createLog('renderer');

/** Invoked by `source`, which waits for the answer. Asking twice is harmless: the artifact's key is written once. */
export async function handler(request: RenderRequest): Promise<RenderResult> {
  const started = performance.now();
  const result = await answer(request, ports);
  const { application, path } = request;
  const milliseconds = Math.round(performance.now() - started);
  const counts =
    result.outcome === 'rendered'
      ? { objects: result.objects, digest: result.digest }
      : { problems: result.problems.length };
  log.info('folder rendered', { application, path, outcome: result.outcome, ...counts, milliseconds });
  return result;
}
