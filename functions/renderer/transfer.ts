import { BadInputError, TryAgainError } from '../../shared/errors.ts';
import { inMegabytes } from '../../shared/tree/limits.ts';

type Fetch = typeof globalThis.fetch;

/** What a renderer may do beside rendering: read a tree and perhaps a chart, and write one object, each through a URL that it was handed. */
export type Transfer = {
  /**
   * @param what is downloaded, for messages
   * @throws BadInputError if there is more than `maximumBytes`; TryAgainError if it can't be had (the URL may have expired)
   */
  download(url: string, maximumBytes: number, what: string): Promise<Uint8Array>;
  /** Writes only where nothing is yet. `exists`: an earlier try of the same request was here before. */
  upload(url: string, bytes: Uint8Array): Promise<'written' | 'exists'>;
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html */
export function createTransfer({ fetch = globalThis.fetch }: { fetch?: Fetch } = {}): Transfer {
  return {
    async download(url, maximumBytes, what) {
      const response = await answered(fetch(url, { redirect: 'error' }), `the ${what}`);
      if (!response.ok || response.body === null) throw refused(`the ${what}`, response.status);
      return capped(response.body, maximumBytes, what);
    },
    async upload(url, bytes) {
      const headers = { 'if-none-match': '*' };
      const response = await answered(
        fetch(url, { method: 'PUT', headers, body: bytes, redirect: 'error' }),
        'the artifact',
      );
      await response.body?.cancel();
      if (response.status === 412) return 'exists';
      if (!response.ok) throw refused('the artifact', response.status);
      return 'written';
    },
  };
}

/** A URL is a right: neither it nor an error that quotes it may get into a message. */
async function answered(response: Promise<Response>, what: string): Promise<Response> {
  return response.catch((cause) => {
    const code =
      cause instanceof Error && cause.cause instanceof Error && 'code' in cause.cause ? cause.cause.code : '';
    throw new TryAgainError(`${what} could not be transferred: no answer from the store ${code}`.trim());
  });
}

const refused = (what: string, status: number) =>
  new TryAgainError(`${what} could not be transferred: the store answered ${status}`, { details: { status } });

async function capped(body: ReadableStream<Uint8Array>, maximumBytes: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maximumBytes) {
      const message = `the ${what}'s archive is larger than ${inMegabytes(maximumBytes)}; keep large files elsewhere`;
      throw new BadInputError([{ message }]);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
