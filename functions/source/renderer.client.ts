import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { renderResultSchema } from '../../shared/artifacts/render-result.ts';
import type { Render } from './ports.ts';

/**
 * Invokes the renderer and waits for its answer.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createRender(client: LambdaClient, functionName: string): Render {
  return async (request) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
    );
    if (FunctionError !== undefined || Payload === undefined) return 'crashed';
    return renderResultSchema.parse(JSON.parse(Payload.transformToString()));
  };
}
