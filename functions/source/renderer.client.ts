import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { renderResultSchema } from '../../shared/artifacts/render-result.ts';
import type { Render } from './ports.ts';

export type RendererAccess = {
  client: LambdaClient;
  functionName: string;
  /** The renderer was made with tenant isolation: it takes no invocation that names no tenant, and without it none that does. */
  perTenant: boolean;
};

/**
 * Invokes the renderer and waits for its answer. Its tenants are the environments.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
 */
export function createRender({ client, functionName, perTenant }: RendererAccess): Render {
  return async (request, environment) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        Payload: JSON.stringify(request),
        ...(perTenant && { TenantId: environment }),
      }),
    );
    if (FunctionError !== undefined || Payload === undefined) return 'crashed';
    return renderResultSchema.parse(JSON.parse(Payload.transformToString()));
  };
}
