import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createTemporaryFolder } from './tools/guardian.ts';

type Push = (name: string, tag: string) => Promise<string>;

const folderPrefix = `plumbline-running-${userInfo().uid}`;
const addressFile = 'address';

/** Lets `npm run local -- push` find and reach this running stack: a door on loopback, its address in a folder of this user. */
export async function openControl(push: Push): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => void answer(request, response, push));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await createTemporaryFolder(folderPrefix);
  const { port } = server.address() as AddressInfo;
  await writeFile(join(folder.path, addressFile), `http://127.0.0.1:${port}/push`, { mode: 0o600 });
  return {
    async close() {
      server.close();
      server.closeAllConnections();
      await folder.remove();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, push: Push): Promise<void> {
  try {
    const [name = '', tag = ''] = (await Array.fromAsync(request)).join('').split(':');
    response.end(await push(name, tag));
  } catch (error) {
    response.statusCode = 500;
    response.end(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Pushes an image into the stack that was started last.
 *
 * @returns its digest
 * @throws Error that says what to do if none runs
 */
export async function pushToRunning(image: string): Promise<string> {
  for (const address of await runningStacks()) {
    const response = await fetch(address, { method: 'POST', body: image }).catch(() => undefined);
    if (response === undefined) continue;
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  }
  throw new Error('no local stack is running; start one with: npm run local');
}

/** Addresses of the stacks of this user, the newest first. */
async function runningStacks(): Promise<string[]> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(folderPrefix));
  const files = folders.map((folder) => join(tmpdir(), folder, addressFile));
  const found = await Promise.all(files.map((file) => describe(file).catch(() => undefined)));
  const known = found.filter((stack) => stack !== undefined);
  return known.toSorted((a, b) => b.startedAt - a.startedAt).map(({ address }) => address);
}

const describe = async (file: string) => ({
  address: await readFile(file, 'utf8'),
  startedAt: (await stat(file)).mtimeMs,
});
