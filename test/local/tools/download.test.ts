import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDownload, verifyChecksum } from '../../../local/tools/download.ts';
import { findFreePort } from '../../../local/tools/free-port.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a download', () => {
  it('follows redirects to the bytes', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.end(Buffer.from([0, 255, 10]));
    });
    expect(await createDownload()(`${server}/old`)).toEqual(Buffer.from([0, 255, 10]));
  });

  it('does not follow redirects for ever', async () => {
    const server = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(createDownload()(server)).rejects.toThrow('the server answered 302');
  });

  it('says what the server answered', async () => {
    const server = await serve((_request, response) => response.writeHead(404).end('nothing here'));
    await expect(createDownload()(`${server}/x`)).rejects.toThrow(
      `cannot download ${server}/x: the server answered 404`,
    );
  });

  it('names the address that cannot be reached', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}/x`;
    await expect(createDownload()(url)).rejects.toThrow(`cannot download ${url}: `);
  });

  it('gives up on a server that falls silent', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200).write('some');
    });
    await expect(createDownload({ idleTimeoutMs: 200 })(server)).rejects.toThrow('cannot download');
  });
});

describe('a checksum', () => {
  const bytes = Buffer.from('content');
  const hex = createHash('sha512').update(bytes).digest('hex');

  it('is accepted in either case', () => {
    expect(() => verifyChecksum(bytes, { algorithm: 'sha512', hex: hex.toUpperCase() }, 'https://x')).not.toThrow();
  });

  it('that differs refuses the file', () => {
    expect(() => verifyChecksum(Buffer.from('other'), { algorithm: 'sha512', hex }, 'https://x/file')).toThrow(
      /^https:\/\/x\/file has the sha512 checksum [0-9a-f]{128}, but [0-9a-f]{128} was published: it is not used$/,
    );
  });
});
