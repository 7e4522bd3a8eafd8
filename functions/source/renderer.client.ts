import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type RenderResult, renderResultSchema } from '../../shared/artifacts/render-result.ts';
import type { Render } from './ports.ts';

/**
 * Invokes the renderer and waits for its answer. A crash is tried once more: it may have been the machine and not the content.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createRender(client: LambdaClient, functionName: string): Render {
  async function invoke(payload: string): Promise<RenderResult | 'crashed'> {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: payload }),
    );
    if (FunctionError !== undefined || Payload === undefined) return 'crashed';
    return renderResultSchema.parse(JSON.parse(Payload.transformToString()));
  }

  return async (request) => {
    const payload = JSON.stringify(request);
    const first = await invoke(payload);
    return first === 'crashed' ? invoke(payload) : first;
  };
}
