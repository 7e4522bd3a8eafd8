import { DescribeClusterCommand, type EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { BadInputError, RefusedError } from '../../shared/errors.ts';
import type { DescribeCluster } from './ports.ts';

/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
export function createDescribeCluster(client: EKSClient): DescribeCluster {
  return async (name) => {
    const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch((error) => {
      throw error instanceof ResourceNotFoundException
        ? new BadInputError([
            {
              message: `there is no EKS cluster "${name}" in this account and region; correct clusters in deployer.yaml`,
            },
          ])
        : error;
    });
    const endpoint = cluster?.endpoint;
    const certificateAuthority = cluster?.certificateAuthority?.data;
    if (endpoint === undefined || certificateAuthority === undefined) {
      throw new RefusedError(
        `the EKS cluster "${name}" has no endpoint yet (status ${cluster?.status ?? 'unknown'}); wait until it is ACTIVE`,
      );
    }
    return { endpoint, certificateAuthority };
  };
}
