import { check } from '../eventually.ts';
import { deploymentFile, imageIn, running, short, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import { promoteByHand } from './promotion.ts';

export const revert: Step = {
  name: 'g. a revert rolls back',
  async run(world) {
    const { git } = world;
    const promoted = await git.head('production');
    const reverted = await git.revert('production', promoted);
    const image = imageIn(await git.read(reverted, deploymentFile));
    check(image.endsWith(':1.0.0'), `the revert brought back ${image}`);
    await running(world, 'production', image);
    await statusOf(world, reverted, 'production', 'success');
    const again = await promoteByHand(world);
    return `${short(reverted)} runs 1.0.0 again; a promotion by hand (${short(again.revision)}) still works`;
  },
};
