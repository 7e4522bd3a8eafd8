import { type Cluster, DescribeClusterCommand, EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { BadInputError, RefusedError, TryAgainError } from '../../shared/errors.ts';
import { checkCluster } from './check-cluster.ts';
import type { DescribeCluster } from './ports.ts';

/** By the key of a cluster: the client that may describe it. */
export type EksClients = (cluster: string) => EKSClient;

/**
 * @param roles the role that describes a cluster of another account, by the cluster's key; all others are described by `own`
 */
export function createEksClients({ own, sts, roles }: ClusterAccess): EksClients {
  const elsewhere = new Map(
    Object.entries(roles).map(([key, role]) => [key, new EKSClient({ credentials: assume(role, { key, sts }) })]),
  );
  return (cluster) => elsewhere.get(cluster) ?? own;
}

type ClusterAccess = { own: EKSClient; sts: STSClient; roles: Record<string, string> };

/** The SDK keeps what it gets until shortly before `expiration`. */
const assume =
  (RoleArn: string, { key, sts }: { key: string; sts: STSClient }) =>
  async () => {
    const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'plumbline-source', DurationSeconds: 900 });
    const { Credentials } = await sts.send(command).catch((error) => {
      throw error.name === 'AccessDenied' ? new RefusedError(mayNotAssume(RoleArn, key), { cause: error }) : error;
    });
    if (Credentials?.AccessKeyId === undefined || Credentials.SecretAccessKey === undefined)
      throw new TryAgainError(`STS gave no credentials for ${RoleArn}`);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials;
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }), ...expiryOf(Credentials) };
  };

const expiryOf = ({ Expiration }: { Expiration?: Date | undefined }) => (Expiration ? { expiration: Expiration } : {});

const mayNotAssume = (role: string, key: string) =>
  `source may not take the role ${role}, which describes cluster ${key}; deploy the stack of the cluster's account: cdk deploy --all`;

/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
export function createDescribeCluster(clients: EksClients): DescribeCluster {
  return async ({ key, name }) => {
    const client = clients(key);
    const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch((error) => {
      throw error instanceof ResourceNotFoundException ? new BadInputError([{ message: notThere(key, name) }]) : error;
    });
    const address = addressOf(name, cluster);
    const problems = checkCluster({
      name,
      region: await client.config.region(),
      authenticationMode: cluster?.accessConfig?.authenticationMode,
      endpointPrivateAccess: cluster?.resourcesVpcConfig?.endpointPrivateAccess,
    });
    if (problems.length > 0) throw new BadInputError(problems);
    return address;
  };
}

function addressOf(name: string, cluster: Cluster | undefined) {
  const { endpoint, certificateAuthority: { data: certificateAuthority } = {}, status = 'unknown' } = cluster ?? {};
  if (endpoint === undefined || certificateAuthority === undefined)
    throw new RefusedError(`the EKS cluster "${name}" has no endpoint yet (status ${status}); wait until it is ACTIVE`);
  return { endpoint, certificateAuthority };
}

const notThere = (key: string, name: string) =>
  `there is no EKS cluster "${name}" in the account and region of cluster ${key}; correct clusters.${key} in deployer.yaml`;
