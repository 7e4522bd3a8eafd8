import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Functions } from '../functions.ts';
import { type Answer, jsonAnswer } from '../guard/answers.ts';
import type { Call, Interceptor } from '../guard/guard.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import type { Deliver } from '../sources/deliver.ts';
import type { Parts } from '../template/parts.ts';

export type LambdaBridgePorts = {
  functions: Functions;
  parts: Parts;
  /** Delivers in the name of a function, by its ARN. */
  deliverAs(functionArn: string): Promise<Deliver>;
  warn(message: string): void;
};

/** Lambda takes so much in a synchronous call, and 1 MB in an asynchronous one. */
const limits: Readonly<Record<string, number>> = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 };

/** Waits before the second and the third try of an asynchronous invocation: AWS takes one and two minutes. */
const retryDelays = [1000, 2000];

/**
 * Answers `lambda:Invoke` with the real function's process (moto would want Docker). The guard has judged the call.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function bridgeLambda(ports: LambdaBridgePorts): Interceptor {
  return async (call, next) => {
    const { operation, request } = call;
    if (operation.service !== 'lambda' || operation.name !== 'Invoke') return next();
    const name = String(operation.parameters.name);
    const pool = ports.functions.find(name);
    if (pool === undefined) return fault(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const limit = limits[type] ?? Number.POSITIVE_INFINITY;
    if (request.body.byteLength > limit) {
      return fault(
        413,
        'RequestTooLargeException',
        `${request.body.byteLength} byte payload is too large (limit ${limit} bytes)`,
      );
    }
    return invoke(ports, pool, type, call);
  };
}

async function invoke(ports: LambdaBridgePorts, pool: FunctionPool, type: string, { request }: Call): Promise<Answer> {
  const text = Buffer.from(request.body).toString('utf8');
  const event = parse(text === '' ? '{}' : text);
  if (event === undefined)
    return fault(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  const tenant = request.headers['x-amz-tenant-id'];
  if ((tenant !== undefined) !== (pool.definition.perTenant ?? false))
    return fault(400, 'InvalidParameterValueException', wrongTenancy);
  if (type === 'DryRun') return { status: 204, headers: {}, body: new Uint8Array() };
  if (type === 'Event') {
    void invokeLater(ports, pool, event.value, tenant);
    return { status: 202, headers: { 'x-amzn-requestid': randomUUID() }, body: new Uint8Array() };
  }
  const result = await pool.invoke(event.value, tenant);
  if (!result.ok && result.kind === 'throttled')
    return fault(429, result.payload.errorType, result.payload.errorMessage);
  const error: Record<string, string> = result.ok ? {} : { 'x-amz-function-error': 'Unhandled' };
  return jsonAnswer(200, result.payload ?? null, { ...error, 'x-amz-executed-version': '$LATEST' });
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

const wrongTenancy =
  'A tenant ID must be given to a function with tenant isolation, and to no other: add or remove X-Amz-Tenant-Id';

function fault(status: number, type: string, Message: string): Answer {
  return jsonAnswer(status, { Type: 'User', Message, message: Message }, { 'x-amzn-errortype': type });
}

/** An asynchronous invocation is tried again, and then goes to the destination for failures. */
async function invokeLater(
  { parts, deliverAs, warn }: LambdaBridgePorts,
  pool: FunctionPool,
  event: unknown,
  tenant: string | undefined,
): Promise<void> {
  const { arn, name } = pool.definition;
  const { retries = 2, onFailureArn } = parts.asyncConfigs.get(arn) ?? {};
  for (let attempt = 0; ; attempt += 1) {
    const result = await pool.invoke(event, tenant);
    if (result.ok) return;
    if (attempt < retries) {
      await sleep(retryDelays[attempt], undefined, { ref: false });
      continue;
    }
    warn(`${name}: an asynchronous invocation was given up: ${result.payload.errorMessage}`);
    if (onFailureArn === undefined) return;
    const requestContext = {
      requestId: result.requestId,
      functionArn: arn,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempt + 1,
    };
    const notice = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext,
      requestPayload: event,
      responsePayload: result.payload,
    };
    const deliver = await deliverAs(arn);
    return deliver(onFailureArn, JSON.stringify(notice)).catch((error: unknown) => warn(String(error)));
  }
}
