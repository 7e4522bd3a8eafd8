import { type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createRender } from '../../../functions/source/renderer.client.ts';
import type { RenderRequest } from '../../../shared/artifacts/artifact.ts';

const request = { application: 'web', path: 'applications/web' } as RenderRequest;
const failure = { outcome: 'failed', problems: [{ message: 'no such file' }] };

/** A client that answers so, and what it was asked. */
function answering(answer: { FunctionError?: string; payload?: unknown }) {
  const asked: InvokeCommandInput[] = [];
  const client = new LambdaClient({ region: 'eu-west-1' });
  const Payload = answer.payload && { transformToString: () => JSON.stringify(answer.payload) };
  client.send = (async ({ input }: { input: InvokeCommandInput }) => {
    asked.push(input);
    return { ...answer, Payload };
  }) as unknown as typeof client.send;
  return { asked, client };
}

describe('the renderer', () => {
  it('is told which environment it works for, so that it never works for two in one process', async () => {
    const { asked, client } = answering({ payload: failure });
    await createRender({ client, functionName: 'renderer', perTenant: true })(request, 'staging');
    expect(asked).toEqual([{ FunctionName: 'renderer', Payload: JSON.stringify(request), TenantId: 'staging' }]);
  });

  it('is told of no tenant where Lambda knows none, which would be an error', async () => {
    const { asked, client } = answering({ payload: failure });
    await createRender({ client, functionName: 'renderer', perTenant: false })(request, 'staging');
    expect(asked).toEqual([{ FunctionName: 'renderer', Payload: JSON.stringify(request) }]);
  });

  it('has crashed if it ends without an answer of its own', async () => {
    const { client } = answering({ FunctionError: 'Unhandled', payload: { errorMessage: 'out of memory' } });
    const render = createRender({ client, functionName: 'renderer', perTenant: true });
    expect(await render(request, 'staging')).toBe('crashed');
  });

  it('is not believed if its answer is none', async () => {
    const { client } = answering({ payload: { outcome: 'rendered', digest: 'sha256:short' } });
    const render = createRender({ client, functionName: 'renderer', perTenant: true });
    await expect(render(request, 'staging')).rejects.toThrow();
  });
});
