import { jsonAnswer } from '../guard/answers.ts';
import type { Interceptor } from '../guard/guard.ts';
import { arnOf, type World } from '../guard/world.ts';

/** The local cluster, as `DescribeCluster` shows it. */
export type ClusterDescription = {
  /** `https://NAME.gr7.REGION.eks.amazonaws.com:PORT`; functions find it on the loopback interface. */
  endpoint: string;
  /** PEM, in Base64. */
  certificateAuthority: string;
  /** `1.36` */
  version: string;
};

/** The clusters of the account, by name. They may come and change while it runs. */
export type Clusters = Map<string, ClusterDescription>;

/**
 * Answers `eks:DescribeCluster`, which the guard has judged, with the local cluster: moto makes up an endpoint that
 * leads nowhere.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
 */
export function bridgeEks(world: World, clusters: Clusters): Interceptor {
  return async ({ operation }, next) => {
    if (operation.service !== 'eks' || operation.name !== 'DescribeCluster') return next();
    const name = String(operation.parameters.name);
    const cluster = clusters.get(name);
    if (cluster === undefined) {
      const message = `No cluster found for name: ${name}.`;
      return jsonAnswer(404, { clusterName: name, message }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    }
    return jsonAnswer(200, { cluster: describe(world, name, cluster) });
  };
}

function describe(world: World, name: string, { endpoint, certificateAuthority, version }: ClusterDescription): object {
  return {
    name,
    arn: arnOf(world, 'eks', `cluster/${name}`),
    version,
    endpoint,
    status: 'ACTIVE',
    certificateAuthority: { data: certificateAuthority },
    accessConfig: { authenticationMode: 'API' },
    resourcesVpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false },
    platformVersion: 'eks.1',
    tags: {},
  };
}
