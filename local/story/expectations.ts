import { eventually } from './eventually.ts';
import type { DeploymentView, World } from './world.ts';

export const deploymentFile = 'applications/example-application/deployment.yaml';
export const application = 'example-application';

/** The image that a manifest names. */
export function imageIn(manifest: string): string {
  return /^ +image: (\S+)$/m.exec(manifest)?.[1] ?? 'none';
}

/** Waits until the environment's Deployment runs an image on all its pods. */
export function running(world: World, environment: string, image: string): Promise<DeploymentView> {
  return eventually(`${environment} to run ${image}`, async () => {
    const deployment = await world.cluster.deployment(environment);
    return deployment?.image === image && deployment.rolledOut && deployment;
  });
}

/** Waits until the commit has a status of this state, and returns its description. */
export function statusOf(world: World, revision: string, environment: string, state: string): Promise<string> {
  return eventually(`the status ${state} of plumbline/${environment} on ${short(revision)}`, async () => {
    const status = await world.git.status(revision, environment);
    return status?.state === state && status.description;
  });
}

/** Waits until the commit that the newest image was built from has a status of this state, and returns its description. */
export function sourceStatusOf(world: World, environment: string, state: string): Promise<string> {
  return eventually(`the status ${state} of ${environment} on the application's own commit`, async () => {
    const status = await world.git.sourceStatus(environment);
    return status?.state === state && status.description;
  });
}

export const short = (revision: string) => revision.slice(0, 8);
