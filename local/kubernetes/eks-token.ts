/** The presigned request inside a token, and the headers that STS must get with it for the signature to hold. */
type PresignedIdentity = { url: string; headers: Readonly<Record<string, string>> };

/** A token that may be shown to STS, or why it may not. The reason never quotes the token. */
export type ParsedToken = { kind: 'presigned'; identity: PresignedIdentity } | { kind: 'refused'; reason: string };

export type TokenRules = { clusterName: string; now: Date };

const prefix = 'k8s-aws-v1.';
const maxLength = 4096;
const lifetimeMs = 15 * 60 * 1000;
const clockSkewMs = 5 * 60 * 1000;
const clusterHeader = 'x-k8s-aws-id';
const regionalHost = /^sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/;
const parameters = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/**
 * Reads an EKS token as EKS does: a presigned `GetCallerIdentity` request to a regional STS endpoint, whose signature
 * covers the cluster's name, so that a token for one cluster is none for another. Whether the signature holds is for
 * STS to say, with the headers that are handed back.
 *
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
 */
export function parseEksToken(token: string, { clusterName, now }: TokenRules): ParsedToken {
  if (token.length > maxLength) return refused(`the token is longer than ${maxLength} bytes`);
  if (!token.startsWith(prefix)) return refused(`the token does not start with ${prefix}`);
  const encoded = token.slice(prefix.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return refused('the token is not base64url without padding');
  const url = URL.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  if (url === null) return refused('the token holds no URL');
  const reason = faultOfTarget(url) ?? faultOfParameters(url) ?? faultOfSignature(url) ?? faultOfTime(url, now);
  if (reason !== undefined) return refused(reason);
  return { kind: 'presigned', identity: { url: url.href, headers: { host: url.host, [clusterHeader]: clusterName } } };
}

function faultOfTarget(url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'the presigned URL is not https';
  // `host` has the port, too, if there is one.
  if (!regionalHost.test(url.host)) return 'the presigned URL is not one of a regional STS endpoint';
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    return 'the presigned URL carries more than a request';
  return url.pathname === '/' ? undefined : 'the presigned URL has a path';
}

function faultOfParameters({ searchParams }: URL): string | undefined {
  const names = [...searchParams.keys()].map((name) => name.toLowerCase());
  if (names.some((name) => !parameters.has(name)))
    return 'the presigned URL has a parameter that does not belong there';
  // Which of two values STS would take is not ours to guess.
  if (new Set(names).size !== names.length) return 'the presigned URL has a parameter twice';
  return searchParams.get('Action') === 'GetCallerIdentity'
    ? undefined
    : 'the presigned action is not GetCallerIdentity';
}

function faultOfSignature({ host, searchParams }: URL): string | undefined {
  const signed = searchParams.get('X-Amz-SignedHeaders')?.split(';') ?? [];
  if (!signed.includes(clusterHeader)) return `the signature does not cover the header ${clusterHeader}`;
  const [, , region, service] = searchParams.get('X-Amz-Credential')?.split('/') ?? [];
  if (service !== 'sts' || region !== regionalHost.exec(host)?.[1])
    return 'the signature is for another service or region';
  return undefined;
}

function faultOfTime({ searchParams }: URL, now: Date): string | undefined {
  const signedAt = parseDate(searchParams.get('X-Amz-Date') ?? '');
  const seconds = Number(searchParams.get('X-Amz-Expires') || Number.NaN);
  if (signedAt === undefined) return 'the presigned URL has no valid X-Amz-Date';
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > lifetimeMs / 1000) return 'X-Amz-Expires is not 0 to 900';
  const age = now.getTime() - signedAt.getTime();
  if (age < -clockSkewMs) return 'the token was signed in the future';
  // EKS counts 15 minutes whatever X-Amz-Expires says; STS holds to it, and would answer that the URL has expired.
  return age > Math.min(lifetimeMs, seconds * 1000) ? 'the token has expired' : undefined;
}

/** `20261121T120000Z`, the only form that signatures use. */
function parseDate(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function refused(reason: string): ParsedToken {
  return { kind: 'refused', reason };
}
