import { check } from '../eventually.ts';
import { deploymentFile, imageIn, running, short, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const promotion: Step = {
  name: 'f. a promotion is merged',
  async run(world) {
    const { revision, image } = await promote(world);
    check(image.includes(':1.1.0@sha256:'), `staging's pin is ${image}`);
    return `pull request merged as ${short(revision)}; production runs ${image.split('/').at(-1)}`;
  },
};

/** Carries staging's pin to production by a pull request, and waits until it runs there. */
export async function promote(world: World): Promise<{ revision: string; image: string }> {
  const { git } = world;
  const image = imageIn(await git.read(await git.head('staging'), deploymentFile));
  const manifest = await git.read(await git.head('production'), deploymentFile);
  const files = { [deploymentFile]: manifest.replace(imageIn(manifest), image) };
  const revision = await git.merge(await git.openPullRequest('production', files, 'Promote staging to production'));
  await running(world, 'production', image);
  await statusOf(world, revision, 'production', 'success');
  return { revision, image };
}
