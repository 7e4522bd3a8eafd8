import { authenticate } from './authenticate.ts';
import { readClaim } from './claim.ts';
import { splitTarget, type WireRequest } from './wire.ts';
import type { World } from './world.ts';

/** Who signed a presigned `GetCallerIdentity`. */
export type Identity = {
  /** As STS says it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a user's ARN. */
  arn: string;
  /** The role's own ARN (the user's for a user): what an EKS access entry names. */
  principalArn: string;
  accountId: string;
};

/**
 * What AWS does with an EKS token: executes the presigned STS request that it holds, and believes the answer. Here the
 * signature is checked with the secret of the session that made it.
 *
 * @param url the token's URL, as it was signed.
 * @param headers those that were signed besides `host`: EKS adds `x-k8s-aws-id` with the cluster's name.
 * @returns undefined when nobody known signed it, it is not a `GetCallerIdentity`, or its time is over.
 */
export function identify(
  world: World,
  url: string,
  headers: Record<string, string>,
  now = Date.now(),
): Identity | undefined {
  const request = toRequest(url, headers);
  const claim = request && readClaim(request);
  if (!request || claim?.placement !== 'query' || claim.service !== 'sts') return undefined;
  const query = new Map(splitTarget(request.target).query);
  const signed = Object.keys(headers).every((name) => claim.signedHeaders.includes(name.toLowerCase()));
  if (query.get('Action') !== 'GetCallerIdentity' || !signed) return undefined;
  const known = authenticate(world, request, claim, now);
  if ('fault' in known) return undefined;
  const { principal } = known.caller;
  const principalArn = principal.kind === 'session' ? principal.roleArn : principal.arn;
  return { arn: principal.arn, principalArn, accountId: principal.accountId };
}

function toRequest(text: string, headers: Record<string, string>): WireRequest | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: 'GET',
    target: `${url.pathname}${url.search}`,
    headers: { host: url.host, ...Object.fromEntries(lower) },
    body: new Uint8Array(),
  };
}
