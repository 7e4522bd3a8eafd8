import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { createClustersStacks } from './clusters-stack.ts';
import { PlumblineStack } from './plumbline-stack.ts';
import { createRegistryStacks } from './registry-stack.ts';

/**
 * The stacks of a `deployer.yaml`: Plumbline itself, one in each other account that has clusters, one beside each registry elsewhere. They
 * know each other by names, so that each can be deployed by itself; those with the clusters come first, so that whoever is asked is there,
 * and those of registries last, so that there is a bus to send to.
 */
export function createStacks(scope: Construct, deployer: Deployer): Stack[] {
  const home = new PlumblineStack(scope, 'Plumbline', { deployer });
  const clusters = createClustersStacks(scope, deployer);
  for (const stack of clusters) home.addStackDependency(stack);
  const registries = createRegistryStacks(scope, deployer);
  for (const stack of registries) stack.addStackDependency(home);
  return [home, ...clusters, ...registries];
}
