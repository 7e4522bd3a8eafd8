import { Agent } from 'undici';
import type { Transport } from './transport.ts';

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

const connectMilliseconds = 5_000;
const keepAliveMilliseconds = 60_000;

/** HTTP/1.1 over kept-alive TLS connections, trusting only the cluster's own certificate authority. */
export function createTransport({ endpoint, certificateAuthority, client, connections = 16 }: Options): Transport {
  const agent = new Agent({
    connections,
    keepAliveTimeout: keepAliveMilliseconds,
    connect: { ca: certificateAuthority, cert: client?.certificate, key: client?.key, timeout: connectMilliseconds },
  });
  return async ({ method, path, headers, body }, timeoutMilliseconds) => {
    const answer = await agent.request({
      origin: endpoint,
      method,
      path,
      headers: headers ?? {},
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      headersTimeout: timeoutMilliseconds,
      bodyTimeout: timeoutMilliseconds,
    });
    return { status: answer.statusCode, headers: oneEach(answer.headers), text: await answer.body.text() };
  };
}

function oneEach(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}
