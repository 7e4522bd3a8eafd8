import { App, Stack } from 'aws-cdk-lib';
import { ClusterReconciler, deployerFrom, Plumbline, readDeployer } from 'plumbline/infra';

const app = new App();
const deployer = readDeployer();

const home = new Stack(app, 'Home', { env: { account: '111122223333', region: 'eu-west-1' } });
new Plumbline(home, 'Plumbline', { deployer });

const production = new Stack(app, 'Production', { env: { account: '444455556666', region: 'eu-west-1' } });
const { queue } = new ClusterReconciler(production, 'Reconciler', { deployer, cluster: 'production' });
queue.url satisfies string;

/** Never called: what the compiler must refuse. */
export function mistakes(): void {
  // @ts-expect-error a Plumbline of nothing
  new Plumbline(home, 'Nothing', {});
  // @ts-expect-error a key of a cluster is text
  new ClusterReconciler(production, 'Number', { deployer, cluster: 1 });
  // @ts-expect-error GitHub must be told
  deployerFrom({ clusters: {}, environments: {} });
}

app.synth();
