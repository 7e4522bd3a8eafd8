import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Identify } from './token-review.ts';

/** A key pair that STS would know, and whose it is. */
export type KnownKey = { secretAccessKey: string; sessionToken?: string | undefined; arn: string };

/**
 * An `Identify` that needs no STS: it signs the same request again with the key that the URL names, and compares.
 * `keyOf` gives undefined for a key that doesn't exist or has expired.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function identifyBySignature(
  keyOf: (accessKeyId: string) => KnownKey | undefined | Promise<KnownKey | undefined>,
): Identify {
  return async (presignedUrl, headers) => {
    const url = new URL(presignedUrl);
    const [accessKeyId = '', , region = ''] = url.searchParams.get('X-Amz-Credential')?.split('/') ?? [];
    const key = await keyOf(accessKeyId);
    if (key === undefined || (url.searchParams.get('X-Amz-Security-Token') ?? undefined) !== key.sessionToken) {
      return undefined;
    }
    const expected = await signAgain(url, headers, { accessKeyId, ...key }, region);
    return isEqual(url.searchParams.get('X-Amz-Signature') ?? '', expected) ? { arn: key.arn } : undefined;
  };
}

async function signAgain(
  url: URL,
  headers: Readonly<Record<string, string>>,
  credentials: KnownKey & { accessKeyId: string },
  region: string,
): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const identity = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const signer = new SignatureV4({ service: 'sts', region, credentials: identity, sha256: Sha256 });
  const signed = new Set(url.searchParams.get('X-Amz-SignedHeaders')?.split(';') ?? []);
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: url.host,
    path: '/',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => signed.has(name))),
    query: Object.fromEntries([...url.searchParams].filter(([name]) => !signatureParameters.has(name))),
  };
  const { query } = await signer.presign(request, {
    signingDate: dateOf(url.searchParams.get('X-Amz-Date') ?? ''),
    expiresIn: Number(url.searchParams.get('X-Amz-Expires')),
  });
  return String(query?.['X-Amz-Signature'] ?? '');
}

const signatureParameters = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
]);

function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function isEqual(found: string, expected: string): boolean {
  const [left, right] = [Buffer.from(found), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
