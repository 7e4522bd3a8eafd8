import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../clock.ts';

type Options = {
  /** The EKS cluster's name. */
  clusterName: string;
  region: string;
  credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  clock: Clock;
};

const expiresInSeconds = 60;

/** EKS takes a token for 15 minutes, whatever its URL says. We hold to the URL: signing is local and takes a millisecond. */
const reuseMilliseconds = (expiresInSeconds - 15) * 1000;

/** The token, from a cache; `renew` signs a new one whatever the cache has. */
export type TokenSource = (renew?: boolean) => Promise<string>;

/**
 * EKS tokens: a presigned request that asks STS who we are, made without any call to AWS. The cluster sends it on.
 *
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export function createTokenSource({ clock, ...options }: Options): TokenSource {
  let cached: { token: string; at: number } | undefined;
  return async (renew = false) => {
    const now = clock.now();
    if (!renew && cached !== undefined && now.getTime() - cached.at < reuseMilliseconds) return cached.token;
    cached = { token: await signToken(options, now), at: now.getTime() };
    return cached.token;
  };
}

async function signToken({ clusterName, region, credentials }: Omit<Options, 'clock'>, signingDate: Date) {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': clusterName },
    },
    { expiresIn: expiresInSeconds, signingDate },
  );
  const query = new URLSearchParams(signed.query as Record<string, string>);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}
