/** The library, `plumbline/infra`: for stacks of one's own instead of the ready app. */
export type { Deployer } from '../shared/config/deployer.ts';
export { BadInputError } from '../shared/errors.ts';
export { ClusterReconciler, type ClusterReconcilerProps } from './cluster-reconciler.ts';
export { Plumbline, type PlumblineProps } from './plumbline.ts';
export { type DeployerInput, deployerFrom, readDeployer } from './read-deployer.ts';
export { RegistryForwarder, type RegistryForwarderProps } from './registry-forwarder.ts';
