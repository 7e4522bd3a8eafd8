import { isIP } from 'node:net';
import { RefusedError } from '../errors.ts';
import { isLoopbackAddress, isLoopbackHost, isPublicAddress, withoutBrackets } from './public-address.ts';

/**
 * Checks a URL before it is asked. A name's addresses are checked when it is looked up, so that it can't mean another one by then.
 *
 * @throws RefusedError
 */
export function checkUrl(text: string, isLocal: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refusal(text, 'is no address');
  const shown = `${url.origin}${url.pathname}`;
  if (url.username !== '' || url.password !== '') throw refusal(shown, 'has credentials in it');
  const isHere = isLocal && isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:')) throw refusal(shown, 'is not https');
  if (isIP(withoutBrackets(url.hostname)) !== 0) checkAddress(withoutBrackets(url.hostname), isLocal);
  return url;
}

/** @throws RefusedError for an address that is not one of the internet */
export function checkAddress(address: string, isLocal: boolean): void {
  if (!isPublicAddress(address) && !(isLocal && isLoopbackAddress(address)))
    throw refusal(address, 'is not an address of the internet');
}

const refusal = (what: string, why: string) =>
  new RefusedError(`charts are fetched from public https addresses only: ${what.slice(0, 200)} ${why}`);
