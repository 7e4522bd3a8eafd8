import { EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { createDescribeCluster, createEksClients } from '../../../functions/source/eks.client.ts';

const region = 'eu-west-1';
const role = 'arn:aws:iam::444455556666:role/plumbline-describe-other-eu-west-1';
const cluster = {
  endpoint: 'https://x.eks.amazonaws.com',
  certificateAuthority: { data: 'Y2E=' },
  accessConfig: { authenticationMode: 'API' },
  resourcesVpcConfig: { endpointPrivateAccess: true },
};

/** A client that answers so, or fails. */
function answering(answer: object | Error): EKSClient {
  const client = new EKSClient({ region });
  client.send = (async () => {
    if (answer instanceof Error) throw answer;
    return { cluster: answer };
  }) as unknown as typeof client.send;
  return client;
}
const describing = (answer: object | Error) =>
  createDescribeCluster(() => answering(answer))({ key: 'main', name: 'm' });

describe('the description of a cluster', () => {
  it('is its endpoint and its certificate authority', async () => {
    expect(await describing(cluster)).toEqual({ endpoint: cluster.endpoint, certificateAuthority: 'Y2E=' });
  });

  it.each([
    [
      'it has no private endpoint',
      { resourcesVpcConfig: { endpointPrivateAccess: false } },
      'endpointPrivateAccess=true',
    ],
    ['it has no access entries', { accessConfig: { authenticationMode: 'CONFIG_MAP' } }, 'API_AND_CONFIG_MAP'],
    ['it is being made', { endpoint: undefined, status: 'CREATING' }, 'status CREATING'],
  ])('is refused where %s', async (_, part, message) => {
    await expect(describing({ ...cluster, ...part })).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining(message),
    });
  });

  it('names the field of deployer.yaml where there is no such cluster', async () => {
    const missing = new ResourceNotFoundException({ message: 'No cluster found', $metadata: {} });
    await expect(describing(missing)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('correct clusters.main in deployer.yaml'),
    });
  });
});

describe('a cluster of another account', () => {
  const own = new EKSClient({ region });
  function withSts(answer: object | Error) {
    const asked: unknown[] = [];
    const sts = new STSClient({ region });
    sts.send = (async ({ input }: { input: unknown }) => {
      asked.push(input);
      if (answer instanceof Error) throw answer;
      return answer;
    }) as unknown as typeof sts.send;
    return { asked, clients: createEksClients({ own, sts, roles: { other: role } }) };
  }

  it('is described in the role of its account, and others as source itself', async () => {
    const Credentials = { AccessKeyId: 'AKIA', SecretAccessKey: 'secret', SessionToken: 'token' };
    const { asked, clients } = withSts({ Credentials });
    expect(clients('main')).toBe(own);
    expect(await clients('other').config.credentials()).toMatchObject({ accessKeyId: 'AKIA', sessionToken: 'token' });
    expect(asked).toEqual([{ RoleArn: role, RoleSessionName: 'plumbline-source', DurationSeconds: 900 }]);
  });

  it('says which stack is missing where the role can’t be taken', async () => {
    const { clients } = withSts(Object.assign(new Error('not authorized'), { name: 'AccessDenied' }));
    await expect(clients('other').config.credentials()).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('cdk deploy --all'),
    });
  });
});
