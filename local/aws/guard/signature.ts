import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { algorithm, type SignatureClaim } from './claim.ts';
import { splitTarget, type WireRequest } from './wire.ts';

/** Secret and identity of a caller. */
export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

const empty = new Uint8Array();

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** S3 signs the path as it is sent; every other service encodes it a second time. */
const canonicalPath = (path: string, service: string): string =>
  service === 's3' ? path : encode(path).replaceAll('%2F', '/');

const canonicalQuery = (query: [string, string][]): string =>
  query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

function payloadHash(request: WireRequest, claim: SignatureClaim): string {
  if (claim.placement === 'header') return request.headers['x-amz-content-sha256'] ?? sha256(request.body);
  const stated = splitTarget(request.target).query.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1];
  return stated ?? (claim.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(empty));
}

function canonicalRequest(request: WireRequest, claim: SignatureClaim): string {
  const { path, query } = splitTarget(request.target);
  const header = (name: string) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`;
  return [
    request.method,
    canonicalPath(path, claim.service),
    canonicalQuery(query),
    claim.signedHeaders.map(header).join(''),
    claim.signedHeaders.join(';'),
    payloadHash(request, claim),
  ].join('\n');
}

/** The signature that a holder of `secret` would have made. */
function computeSignature(request: WireRequest, claim: SignatureClaim, secret: string): string {
  const key = claim.scope.split('/').reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secret}`);
  const text = [algorithm, claim.signedAt, claim.scope, sha256(canonicalRequest(request, claim))].join('\n');
  return hmac(key, text).toString('hex');
}

const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** A hash of the payload in the header must be the payload's; the other values mean that it is not signed. */
function payloadMatches(request: WireRequest): boolean {
  const stated = request.headers['x-amz-content-sha256'];
  return stated === undefined || !isHash(stated) || stated === sha256(request.body);
}

/** Whether the claim's signature was made with `secret` over this very request. */
export const verifySignature = (request: WireRequest, claim: SignatureClaim, secret: string): boolean =>
  equal(claim.signature, computeSignature(request, claim, secret)) &&
  (claim.placement === 'query' || payloadMatches(request));

const amzDate = (now: Date): string => `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/**
 * The request's headers with a signature of `credentials` in place of any former one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(
  request: WireRequest,
  credentials: Credentials,
  { region, service }: { region: string; service: string },
  now = new Date(),
): Record<string, string> {
  const { authorization: _, 'x-amz-security-token': __, ...kept } = request.headers;
  const headers: Record<string, string> = kept;
  const signedAt = amzDate(now);
  headers['x-amz-date'] = signedAt;
  const stated = headers['x-amz-content-sha256'];
  // Values such as STREAMING-UNSIGNED-PAYLOAD-TRAILER also say how the body is to be read.
  headers['x-amz-content-sha256'] = stated && !isHash(stated) ? stated : sha256(request.body);
  if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;
  const signedHeaders = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].sort();
  const scope = `${signedAt.slice(0, 8)}/${region}/${service}/aws4_request`;
  const claim: SignatureClaim = {
    placement: 'header',
    accessKeyId: credentials.accessKeyId,
    scope,
    region,
    service,
    signedHeaders,
    signature: '',
    signedAt,
    sessionToken: credentials.sessionToken,
  };
  const signature = computeSignature({ ...request, headers }, claim, credentials.secretAccessKey);
  headers.authorization = `${algorithm} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}
