import { RefusedError } from '../errors.ts';

/** Where a cluster's API server is, and whose certificates it may show (PEM). */
export type ClusterAddress = { endpoint: string; certificateAuthority: string };

const eksHost = /^[a-z0-9.-]+\.eks\.amazonaws\.com(\.cn)?$/;

/**
 * Checks the address that stands in the state table: our token goes only to EKS itself.
 *
 * @param certificateAuthority PEM, base64 as EKS gives it
 * @throws RefusedError for any other host or protocol
 */
export function readAddress({ endpoint, certificateAuthority }: ClusterAddress): ClusterAddress {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'https:' || !eksHost.test(url.hostname) || url.username !== '')
    throw new RefusedError(`the cluster's endpoint must be an https address of *.eks.amazonaws.com; found ${endpoint}`);
  return {
    endpoint: url.origin,
    certificateAuthority: Buffer.from(certificateAuthority, 'base64').toString('utf8'),
  };
}
