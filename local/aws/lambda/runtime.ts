/**
 * What runs in a function's own process: loads the bundle, then handles one invocation at a time. It plays the part
 * of Lambda's runtime; the function can't tell the difference but by the network.
 */
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { redirectNames } from './network.ts';
import type { Invoke, Reply, Start } from './protocol.ts';

type Handler = (event: unknown, context: object) => unknown;

// The parent is gone: so is the account that this function lived in, and what it has started.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

process.once('message', (start: Start) => void begin(start));

async function begin(start: Start): Promise<void> {
  redirectNames(start.inVpc);
  syncBuiltinESMExports();
  try {
    const handler = await load(start);
    process.on('message', (invoke: Invoke) => void handle(handler, start, invoke));
    reply({ kind: 'ready' });
  } catch (error) {
    reply({ kind: 'failed', error: describe(error) });
  }
}

async function load({ codeFolder, handler }: Start): Promise<Handler> {
  const dot = handler.lastIndexOf('.');
  const base = join(codeFolder, handler.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`Cannot find module '${handler.slice(0, dot)}' in ${codeFolder}`);
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown> & {
    default?: Record<string, unknown>;
  };
  const name = handler.slice(dot + 1);
  const found = module[name] ?? module.default?.[name];
  if (typeof found !== 'function') throw new Error(`${handler} is not a function`);
  return found as Handler;
}

async function handle(handler: Handler, start: Start, invoke: Invoke): Promise<void> {
  const { requestId } = invoke;
  process.env._X_AMZN_TRACE_ID = invoke.traceId;
  try {
    const result = await handler(JSON.parse(invoke.event), contextOf(start, invoke));
    reply({ kind: 'result', requestId, result: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    console.error(
      JSON.stringify({
        level: 'ERROR',
        requestId,
        message: 'Invoke Error',
        ...(JSON.parse(describe(error)) as object),
      }),
    );
    reply({ kind: 'error', requestId, error: describe(error) });
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf({ context }: Start, { requestId, deadline }: Invoke): object {
  return {
    ...context,
    functionVersion: '$LATEST',
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
}

function reply(message: Reply): void {
  process.send?.(message);
}
