import { check } from '../eventually.ts';
import { deploymentFile, imageIn, running, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const firstDeployment: Step = {
  name: 'a. both environments are deployed',
  async run(world) {
    const replicas = await Promise.all(['staging', 'production'].map((environment) => deployed(world, environment)));
    return `staging and production rolled out, ${replicas.join(' and ')} pods ready, status success on both commits`;
  },
};

async function deployed(world: World, environment: string): Promise<number> {
  const head = await world.git.head(environment);
  const { replicas } = await running(world, environment, imageIn(await world.git.read(head, deploymentFile)));
  await statusOf(world, head, environment, 'success');
  check((await world.cluster.service(environment)) !== undefined, `${environment} has no Service`);
  return replicas;
}
