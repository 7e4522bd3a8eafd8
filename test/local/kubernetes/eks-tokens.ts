import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

type Signer = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type TokenOptions = {
  signer: Signer;
  clusterName: string;
  now?: Date;
  region?: string;
  /** Of the URL; signed, too. */
  host?: string;
  /** Seconds. */
  expiresIn?: number;
  query?: Record<string, string>;
  headers?: Record<string, string>;
};

/** The presigned URL of a token, as every EKS client makes it. */
export async function presign(options: TokenOptions): Promise<URL> {
  const { signer, clusterName, now = new Date(), region = 'eu-west-1', expiresIn = 60 } = options;
  const hostname = options.host ?? `sts.${region}.amazonaws.com`;
  const signature = new SignatureV4({ service: 'sts', region, credentials: signer, sha256: Sha256 });
  const { query = {} } = await signature.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: options.query ?? { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: options.headers ?? { host: hostname, 'x-k8s-aws-id': clusterName },
    },
    { signingDate: now, expiresIn },
  );
  const url = new URL(`https://${hostname}/`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

export function tokenOf(url: URL | string): string {
  return `k8s-aws-v1.${Buffer.from(String(url)).toString('base64url')}`;
}

export async function eksToken(options: TokenOptions): Promise<string> {
  return tokenOf(await presign(options));
}
