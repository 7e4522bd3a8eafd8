import type { GitHubStandIn } from '../github/start.ts';
import { clusterName, type LocalEnvironment, region, registry, repositoryName } from './settings.ts';

/** Names of the secrets that `deployer.yaml` speaks of. */
export const secretNames = {
  read: 'plumbline/github/read',
  write: 'plumbline/github/write',
  report: 'plumbline/github/report',
  webhook: 'plumbline/github/webhook',
} as const;

/** The `deployer.yaml` of the local stack, as somebody with an AWS account would write it; JSON is YAML. */
export function localDeployer(
  { apiUrl, apps }: Pick<GitHubStandIn, 'apiUrl' | 'apps'>,
  environments: LocalEnvironment[],
): string {
  const app = (name: 'read' | 'write' | 'report') => ({ appId: apps[name].appId, privateKeySecret: secretNames[name] });
  return JSON.stringify(
    {
      github: {
        apiUrl,
        // What images say that they were built from.
        webUrl: 'https://github.com',
        apps: { read: app('read'), write: app('write'), report: app('report') },
        webhookSecret: secretNames.webhook,
      },
      clusters: { [clusterName]: cluster },
      environments: Object.fromEntries(environments.map((environment) => [environment.name, entryOf(environment)])),
    },
    null,
    2,
  );
}

const cluster = {
  name: clusterName,
  vpc: {
    id: 'vpc-0123456789abcdef0',
    subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    availabilityZones: [`${region}a`, `${region}b`],
    routeTables: ['rtb-0123456789abcdef0'],
    prefixLists: { s3: 'pl-0123456789abcdef0', dynamodb: 'pl-0123456789abcdef1' },
  },
  securityGroup: 'sg-0123456789abcdef0',
};

const entryOf = ({
  name,
  promoteFrom,
  namespaces,
  charts = [],
  secrets,
  clusterKinds,
  podSecurity,
}: LocalEnvironment) => ({
  repository: repositoryName,
  branch: name,
  cluster: clusterName,
  namespaces,
  promoteFrom,
  images: [`${registry}/*`],
  applicationRepositories: ['example-org/*'],
  charts,
  secrets,
  clusterKinds,
  podSecurity,
});
