import { check, eventually } from '../eventually.ts';
import { deploymentFile, imageIn, running, short, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const promotion: Step = {
  name: 'f. a promotion is merged',
  async run(world) {
    const { git } = world;
    const image = imageIn(await git.read(await git.head('staging'), deploymentFile));
    check(image.includes(':1.1.0@sha256:'), `staging's pin is ${image}`);
    const { number, body } = await eventually('the promotion to be proposed', async () => {
      const open = await git.proposal('plumbline/production');
      return open && imageIn(await git.read(open.head, deploymentFile)) === image && open;
    });
    check(/^These versions run in `staging` at [0-9a-f]{12}/.test(body), `the pull request says ${body}`);
    const { comments } = await eventually('the plan of the promotion', async () => {
      const told = await git.told(number, 'production');
      return told.check?.conclusion === 'success' && told.comments.length > 0 && told;
    });
    check(comments[0]?.includes('spec.template.spec.containers') === true, `the plan says ${comments[0]}`);
    const revision = await git.merge(number);
    await running(world, 'production', image);
    await statusOf(world, revision, 'production', 'success');
    return `proposed with its plan as pull request ${number}, merged as ${short(revision)}; production runs ${image.split('/').at(-1)}`;
  },
};

/** A person carries staging's pin to production by a pull request of their own, and waits until it runs there. */
export async function promoteByHand(world: World): Promise<{ revision: string; image: string }> {
  const { git } = world;
  const image = imageIn(await git.read(await git.head('staging'), deploymentFile));
  const manifest = await git.read(await git.head('production'), deploymentFile);
  const files = { [deploymentFile]: manifest.replace(imageIn(manifest), image) };
  const revision = await git.merge(await git.openPullRequest('production', files, 'Promote staging to production'));
  await running(world, 'production', image);
  await statusOf(world, revision, 'production', 'success');
  return { revision, image };
}
