import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authenticate } from '../guard/authenticate.ts';
import { judgeOne } from '../guard/authorize.ts';
import { readClaim } from '../guard/claim.ts';
import { decide } from '../guard/policy/decide.ts';
import type { World } from '../guard/world.ts';
import type { InvocationResult } from '../lambda/definition.ts';
import { type FunctionUrlRequest, functionUrlEvent } from './function-url-event.ts';

/** What Lambda takes in one request. */
const limit = 6 * 1024 * 1024;

export type FunctionUrlPorts = {
  world: World;
  functionArn: string;
  auth: 'NONE' | 'AWS_IAM';
  invoke(event: unknown): Promise<InvocationResult>;
};

export type FunctionUrlServer = { url: string; close(): Promise<void> };

/** Serves a function at an HTTP address of the loopback interface, as a function URL does (payload format 2.0). */
export async function serveFunctionUrl(ports: FunctionUrlPorts): Promise<FunctionUrlServer> {
  const server = createServer((incoming, outgoing) => void serve(ports, incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(ports: FunctionUrlPorts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const request = await readRequest(incoming);
    if (request === undefined)
      return refuse(outgoing, 413, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation');
    if (!mayInvoke(ports, request)) return refuse(outgoing, 403, 'Forbidden');
    answer(outgoing, await ports.invoke(functionUrlEvent(request, ports.world.accountId)));
  } catch (error) {
    refuse(outgoing, 502, `Internal Server Error: ${String(error)}`);
  }
}

function refuse(outgoing: ServerResponse, status: number, Message: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() });
  outgoing.end(JSON.stringify({ Message }));
}

/** Undefined when it is larger than Lambda takes; the rest is read and thrown away, so that the answer arrives. */
async function readRequest(incoming: IncomingMessage): Promise<FunctionUrlRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) return undefined;
  const headers = Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(',')]);
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
    sourceAddress: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
}

/** Since October 2025 a caller of a function URL needs both permissions. */
const needed = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];

function mayInvoke({ world, functionArn, auth }: FunctionUrlPorts, request: FunctionUrlRequest): boolean {
  const context = { 'lambda:functionurlauthtype': auth, 'lambda:invokedviafunctionurl': 'true' };
  const permissions = needed.map((action) => ({ action, resource: functionArn, context }));
  if (auth === 'NONE') {
    const policies = { identity: [], resource: world.resourcePolicies.get(functionArn) ?? [] };
    const principal = { kind: 'anybody' as const };
    return permissions.every((permission) => decide({ ...permission, principal }, policies).allowed);
  }
  const wire = { ...request, body: new Uint8Array(request.body) };
  const claim = readClaim(wire);
  const known = claim && authenticate(world, wire, claim);
  if (known === undefined || 'fault' in known) return false;
  return permissions.every((permission) => judgeOne(world, known.caller, permission).allowed);
}

type Structured = {
  statusCode: number;
  headers?: Record<string, string>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
};

/** An answer without `statusCode` is the body of a 200. */
function answer(outgoing: ServerResponse, result: InvocationResult): void {
  const payload = result.ok
    ? result.payload
    : result.kind === 'throttled'
      ? { statusCode: 429, body: JSON.stringify({ Message: result.payload.errorMessage }) }
      : { statusCode: 502, body: JSON.stringify({ Message: 'Internal Server Error' }) };
  const structured = typeof payload === 'object' && payload !== null && 'statusCode' in payload;
  if (!structured) {
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end(typeof payload === 'string' ? payload : JSON.stringify(payload));
    return;
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = payload as Structured;
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const all = {
    'content-type': 'application/json',
    ...Object.fromEntries(named),
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  };
  outgoing.writeHead(statusCode, { ...all, 'x-amzn-requestid': result.requestId });
  outgoing.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}
