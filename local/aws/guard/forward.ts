import { Agent, request as httpRequest } from 'node:http';
import type { Answer } from './answers.ts';
import type { WireRequest } from './wire.ts';

/** Sends a request to the emulator and brings its answer. */
export type Forward = ((request: WireRequest) => Promise<Answer>) & { close(): void };

/** Headers that belong to one connection, not to the message. */
const ofTheConnection = ['connection', 'keep-alive', 'transfer-encoding', 'expect'];

/** The Host header stays the one that was signed. */
export function createForward(port: number): Forward {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const send = (request: WireRequest) => sendOnce(agent, port, request);
  const forward = (request: WireRequest) =>
    // A kept connection may end at the moment of its reuse; then nothing was read of the request.
    send(request).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? send(request) : Promise.reject(error),
    );
  return Object.assign(forward, { close: () => agent.destroy() });
}

function sendOnce(agent: Agent, port: number, { method, target, headers, body }: WireRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const kept = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name));
    const options = { agent, host: '127.0.0.1', port, method, path: target, headers: Object.fromEntries(kept) };
    const outgoing = httpRequest(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const answered = Object.entries(incoming.headersDistinct).filter(([name]) => !ofTheConnection.includes(name));
        resolve({
          status: incoming.statusCode ?? 502,
          headers: Object.fromEntries(
            answered.map(([name, values = []]) => [name, values.length > 1 ? values : (values[0] ?? '')]),
          ),
          body: Buffer.concat(chunks),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.setHeader('content-length', body.byteLength);
    outgoing.end(body);
  });
}
