import { Aws, Stack, Token } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accountElsewhere, type DeployerCluster } from '../shared/config/cluster.ts';
import type { Deployer } from '../shared/config/deployer.ts';
import { BadInputError } from '../shared/errors.ts';
import { Alerts } from './alerts.ts';
import { useBucket } from './artifact-bucket.ts';
import type { ClusterReconciler } from './cluster-reconciler.ts';
import { aboutCluster, clusterOf } from './clusters.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { Encryption } from './encryption.ts';
import type { ReconcilerFoundation } from './foundation.ts';
import { GatewayEndpoints } from './gateway-endpoints.ts';
import {
  bucketNameOf,
  type Installation,
  installationOf,
  roleArnOf,
  roleNameOf,
  roles,
  tableArnOf,
} from './installation.ts';
import { useTable } from './state-table.ts';

/** What a reconciler in another account than Plumbline's may be told. */
export type FromElsewhere = {
  /** What the names begin with that two accounts must know: the same as `Plumbline` was told. @default 'plumbline' */
  name?: string;
  /** Who hears of its alarms. @default a topic of its own, which tells the e-mail addresses of `deployer.yaml` */
  alerts?: Alerts;
  /**
   * Whether the VPC's gateway endpoints are made with it where its `endpoints` says `create`. A route table takes one endpoint per service:
   * of two clusters in one VPC only one can bring them.
   *
   * @default true
   */
  gatewayEndpoints?: boolean;
};

type Props = FromElsewhere & { deployer: Deployer; cluster: string };

/** Plumbline's bucket and table as they are known in another account: by name and ARN, and with rights that both accounts give. */
export function foundationElsewhere(scope: Construct, props: Props): ReconcilerFoundation {
  const { deployer, cluster: key, name, gatewayEndpoints = true } = props;
  const cluster = clusterOf(deployer, key);
  checkPlace(scope, accountElsewhere(cluster, deployer), key);
  const installation = installationOf(deployer, name);
  if (deployer.encryption) new Encryption(scope, { ...deployer.encryption, ownsKey: false });
  const arn = tableArnOf(installation);
  const bucket = Bucket.fromBucketName(scope, 'Artifacts', bucketNameOf(installation));
  if (gatewayEndpoints) new GatewayEndpoints(scope, [cluster], { bucketArn: bucket.bucketArn, tableArn: arn });
  return {
    installation,
    configuration: new ConfigurationLayer(scope, aboutCluster(deployer, key)),
    alerts: props.alerts ?? new Alerts(scope, deployer.alerts),
    state: { usedBy: (fn, actions, keys) => useTable(fn, { named: arn, arn }, actions, keys) },
    artifacts: { usedBy: (fn, patterns) => useBucket(fn, bucket, patterns) },
  };
}

function checkPlace(scope: Construct, account: string | undefined, key: string): void {
  const refuse = (message: string) => {
    throw new BadInputError([{ field: `clusters.${key}.account`, message }]);
  };
  const { account: actual } = Stack.of(scope);
  if (account === undefined) refuse("must be another account than home's, where Plumbline itself makes the reconciler");
  if (!Token.isUnresolved(actual) && actual !== account) refuse(`must be the stack's, ${actual}; found ${account}`);
}

type Ours = { installation: Installation; key: string; cluster: DeployerCluster };

/** Lets those in who ask for reconciliations, and lets `source` ask how the cluster can be reached: EKS has no policies for its clusters. */
export function letHomeIn(reconciler: ClusterReconciler, { installation, key, cluster }: Ours): void {
  const { queue } = reconciler.reconciliations;
  const senders = [roles.source, roles.dispatcher];
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AskedByHome',
      principals: [only(installation, ...senders)],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
    }),
  );
  const { region } = installation;
  const arn = `arn:${Aws.PARTITION}:eks:${region}:${Aws.ACCOUNT_ID}:cluster/${cluster.name}`;
  const describe = new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [arn] });
  new Role(reconciler, 'Description', {
    roleName: roleNameOf(installation, roles.description(key)),
    description: `Plumbline: tells source the address of cluster ${key}`,
    assumedBy: only(installation, roles.source),
    inlinePolicies: { Describe: new PolicyDocument({ statements: [describe] }) },
  });
}

/**
 * The roles of Plumbline's own account. They are named by a condition: a policy can't name as its principal a role that isn't there yet, and
 * of one that was made anew it would still mean the old one.
 */
const only = (installation: Installation, ...whose: string[]) =>
  new AccountPrincipal(installation.account).withConditions({
    ArnEquals: { 'aws:PrincipalArn': whose.map((name) => roleArnOf(installation, name)) },
  });
