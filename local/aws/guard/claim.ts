import { splitTarget, type WireRequest } from './wire.ts';

/** The only way to sign that is left. */
export const algorithm = 'AWS4-HMAC-SHA256';

/** What a request says about its own signature. */
export type SignatureClaim = {
  placement: 'header' | 'query';
  accessKeyId: string;
  /** Of the credential scope: `YYYYMMDD/region/service/aws4_request`. */
  scope: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  signedAt: string;
  /** Lifetime in seconds, of a presigned URL only. */
  lifetime?: number;
  sessionToken: string | undefined;
};

function parseScope(credential: string) {
  const [accessKeyId = '', date = '', region = '', service = ''] = credential.split('/');
  return { accessKeyId, region, service, scope: `${date}/${region}/${service}/aws4_request` };
}

function claimOfHeader(headers: WireRequest['headers']): SignatureClaim | undefined {
  const authorization = headers.authorization ?? '';
  if (!authorization.startsWith(algorithm)) return undefined;
  const part = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1] ?? '';
  return {
    placement: 'header',
    ...parseScope(part('Credential')),
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    signedAt: headers['x-amz-date'] ?? '',
    sessionToken: headers['x-amz-security-token'],
  };
}

function claimOfQuery(target: string): SignatureClaim | undefined {
  const query = new Map(splitTarget(target).query);
  if (query.get('X-Amz-Algorithm') !== algorithm) return undefined;
  return {
    placement: 'query',
    ...parseScope(query.get('X-Amz-Credential') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    signedAt: query.get('X-Amz-Date') ?? '',
    lifetime: Number(query.get('X-Amz-Expires') ?? 0),
    sessionToken: query.get('X-Amz-Security-Token'),
  };
}

/** Reads who says to have signed the request, from its Authorization header or its query (a presigned URL). */
export const readClaim = (request: WireRequest): SignatureClaim | undefined =>
  claimOfHeader(request.headers) ?? claimOfQuery(request.target);

/** `YYYYMMDDTHHMMSSZ` as milliseconds; NaN when it isn't one. */
export const parseAmzDate = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
