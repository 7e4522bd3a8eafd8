import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { Alerts } from './alerts.ts';
import { ClusterReconciler } from './cluster-reconciler.ts';
import { type ClusterElsewhere, clustersElsewhere } from './clusters.ts';
import { GatewayEndpoints } from './gateway-endpoints.ts';
import { bucketArnOf, installationOf, tableArnOf } from './installation.ts';
import { leastPolicies } from './policies.ts';

export type ClustersStackProps = {
  deployer: Deployer;
  account: string;
  clusters: ClusterElsewhere[];
};

/** The part of Plumbline that stands beside the clusters of another account: for each its reconciler, with its queue, dead letters and alarms. */
export class ClustersStack extends Stack {
  constructor(scope: Construct, id: string, { deployer, account, clusters }: ClustersStackProps) {
    const installation = installationOf(deployer);
    super(scope, id, {
      env: { account, region: installation.region },
      description: `Plumbline: reconciles clusters for account ${installation.account}`,
    });
    leastPolicies(this, Object.keys(deployer.environments));
    const destinations = { bucketArn: bucketArnOf(installation), tableArn: tableArnOf(installation) };
    new GatewayEndpoints(
      this,
      clusters.map(({ cluster }) => cluster),
      destinations,
    );
    const alerts = new Alerts(this, deployer.alerts);
    for (const { key } of clusters)
      new ClusterReconciler(this, `Reconciler-${key}`, { deployer, cluster: key, alerts, gatewayEndpoints: false });
  }
}

/** One for each account that has clusters and isn't Plumbline's own: they may share VPCs, and do share the topic for alarms. */
export function createClustersStacks(scope: Construct, deployer: Deployer): ClustersStack[] {
  const byAccount = Map.groupBy(clustersElsewhere(deployer), ({ account }) => account);
  return [...byAccount].map(
    ([account, clusters]) => new ClustersStack(scope, `PlumblineClusters-${account}`, { deployer, account, clusters }),
  );
}
