import { once } from 'node:events';
import { Agent, type RequestOptions, request as send } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { ApiAnswer, Transport } from './transport.ts';

type Options = {
  /** `https://host:port`, without a path. */
  endpoint: string;
  /** PEM. */
  certificateAuthority: string;
  /** A client certificate (PEM) and its key, where the caller is known by one. */
  client?: { certificate: string; key: string };
  /** Connections kept open at most. Default: 16. */
  connections?: number;
};

/**
 * HTTP/1.1 over kept-alive TLS connections, trusting only the cluster's own certificate authority. Node's own client: it is as fast
 * here as undici (measured), and adds nothing to the bundle.
 */
export function createTransport({ endpoint, certificateAuthority, client, connections = 16 }: Options): Transport {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections,
    ca: certificateAuthority,
    ...(client && { cert: client.certificate, key: client.key }),
  });
  return ({ method, path, headers, body = '' }, timeoutMilliseconds) => {
    const bytes = Buffer.from(body);
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const length = bytes.length === 0 ? {} : { 'content-length': bytes.length };
    return exchange({ agent, hostname, port, method, path, signal, headers: { ...headers, ...length } }, bytes);
  };
}

async function exchange(options: RequestOptions, body: Buffer): Promise<ApiAnswer> {
  const request = send(options);
  // Until the answer comes, `once` hears of errors; from then on the answer does, and nobody may be left without ears.
  request.on('error', () => {});
  request.end(body);
  const [answer] = await once(request, 'response');
  const text = (await buffer(answer)).toString('utf8');
  return { status: answer.statusCode ?? 0, headers: oneEach(answer.headers), text };
}

function oneEach(headers: NodeJS.Dict<string | string[]>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}
