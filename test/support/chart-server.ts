import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = { status?: number; headers?: Record<string, string>; body?: string | Uint8Array };
export type Route = Answer | ((request: IncomingMessage) => Answer);

/** A chart repository or registry on this machine: an answer for each path. */
export async function serveCharts(routes: (host: string) => Record<string, Route>) {
  const asked: { path: string; authorization: string | undefined; accept: string | undefined }[] = [];
  let known: Record<string, Route> = {};
  const server = createServer((request, response) => {
    const { authorization, accept } = request.headers;
    asked.push({ path: request.url ?? '', authorization, accept });
    answer(known[request.url ?? ''] ?? { status: 404 }, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  known = routes(host);
  return {
    host,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(route: Route, request: IncomingMessage, response: ServerResponse): void {
  const { status = 200, headers = {}, body = '' } = typeof route === 'function' ? route(request) : route;
  response.writeHead(status, headers).end(body);
}
