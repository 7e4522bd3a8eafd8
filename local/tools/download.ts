import { createHash } from 'node:crypto';
import { Agent, request } from 'undici';
import { SetupError } from './setup-error.ts';

/** A hash as its project publishes it, in hexadecimal. */
export type Checksum = { algorithm: 'sha256' | 'sha512'; hex: string };

/** Fetches a URL into memory. The second adapter is the tests'. */
export type Download = (url: string) => Promise<Buffer>;

export type DownloadOptions = {
  /** How long a server may take to accept a connection. Milliseconds; default 5,000: without a network this is all that is lost. */
  connectTimeoutMs?: number;
  /** How long a server may pause. Milliseconds; default 30,000. */
  idleTimeoutMs?: number;
};

/**
 * Fetches over HTTP, following redirects, never waiting long for a server that doesn't answer.
 *
 * @throws SetupError that names the URL and what went wrong.
 */
export function createDownload({ connectTimeoutMs = 5000, idleTimeoutMs = 30_000 }: DownloadOptions = {}): Download {
  return async (url) => {
    const agent = new Agent({
      connect: { timeout: connectTimeoutMs },
      headersTimeout: idleTimeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
    try {
      return await follow(url, agent, 5);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      throw new SetupError(`cannot download ${url}: ${messageOf(error)}`, { cause: error });
    } finally {
      await agent.destroy();
    }
  };
}

async function follow(url: string, dispatcher: Agent, redirects: number): Promise<Buffer> {
  const { statusCode, headers, body } = await request(url, { dispatcher });
  const { location } = headers;
  if (statusCode >= 300 && statusCode < 400 && typeof location === 'string' && redirects > 0) {
    await body.dump();
    return follow(new URL(location, url).href, dispatcher, redirects - 1);
  }
  if (statusCode !== 200) throw new SetupError(`cannot download ${url}: the server answered ${statusCode}`);
  return Buffer.from(await body.arrayBuffer());
}

/** @throws SetupError if the bytes are not the ones that were published. */
export function verifyChecksum(bytes: Uint8Array, { algorithm, hex }: Checksum, url: string): void {
  const found = createHash(algorithm).update(bytes).digest('hex');
  if (found === hex.toLowerCase()) return;
  throw new SetupError(`${url} has the ${algorithm} checksum ${found}, but ${hex} was published: it is not used`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
