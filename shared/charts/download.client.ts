import { lookup as systemLookup } from 'node:dns';
import { once } from 'node:events';
import { request as http, type IncomingMessage } from 'node:http';
import { request as https, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { BadInputError, PlumblineError, TryAgainError } from '../errors.ts';
import { inMegabytes } from '../tree/limits.ts';
import { checkAddress, checkUrl } from './check-url.ts';
import type { Download, Downloaded, DownloadRequest } from './ports.ts';

const maximumRedirects = 5;
const patienceMilliseconds = 15_000;

/** @param lookup finds a name's addresses. Default: the system's */
export function createDownload({ lookup = systemLookup as LookupFunction } = {}): Download {
  async function follow(request: DownloadRequest, redirects: number): Promise<Downloaded> {
    const { headers: original = {}, maximumBytes, isLocal = false } = request;
    const url = checkUrl(request.url, isLocal);
    const answer = await ask(url, {
      headers: { 'user-agent': 'plumbline', ...original },
      lookup: guarded(lookup, isLocal),
    });
    const location = answer.headers.location;
    if (!isRedirect(answer) || location === undefined)
      return {
        status: answer.statusCode ?? 0,
        headers: oneEach(answer),
        body: await capped(answer, url, maximumBytes),
      };
    answer.destroy();
    if (redirects === maximumRedirects) throw new TryAgainError(`${url.host} redirects without end`);
    if (!URL.canParse(location, url.href)) throw new TryAgainError(`${url.host} redirects to nowhere`);
    const next = new URL(location, url);
    const headers = next.origin === url.origin ? original : withoutCredentials(original);
    return follow({ ...request, url: next.href, headers }, redirects + 1);
  }
  return (request) => follow(request, 0);
}

const isRedirect = ({ statusCode = 0 }: IncomingMessage) => [301, 302, 303, 307, 308].includes(statusCode);

const withoutCredentials = ({ authorization: _, ...headers }: Record<string, string>) => headers;

/** Refuses what a name turns out to be. What is refused here is what would be connected to: nobody looks it up again. */
function guarded(lookup: LookupFunction, isLocal: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      try {
        if (error === null) for (const { address } of addresses) checkAddress(address, isLocal);
        const [first] = addresses;
        if (options.all) callback(error, addresses);
        else callback(error, first?.address ?? '', first?.family);
      } catch (refusal) {
        callback(refusal as Error, []);
      }
    });
  };
}

async function ask(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(patienceMilliseconds);
  try {
    const request = (url.protocol === 'https:' ? https : http)(url, { ...options, agent: false, signal });
    request.on('error', () => {});
    request.end();
    const [answer] = await once(request, 'response');
    return answer;
  } catch (error) {
    throw unanswered(error, url);
  }
}

async function capped(answer: IncomingMessage, url: URL, maximumBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maximumBytes) throw tooLarge(url, maximumBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unanswered(error, url);
  }
  return Buffer.concat(chunks);
}

const tooLarge = ({ host, pathname }: URL, maximumBytes: number) =>
  new BadInputError([{ message: `${host}${pathname} is larger than ${inMegabytes(maximumBytes)}` }]);

/** Queries may hold signatures: messages name the host only. */
function unanswered(error: unknown, { host }: URL): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
  return new TryAgainError(`${host} does not answer${code}`, { cause: error });
}

const oneEach = ({ headers }: IncomingMessage) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
