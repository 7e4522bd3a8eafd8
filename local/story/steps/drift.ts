import { check, eventually } from '../eventually.ts';
import { running } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const drift: Step = {
  name: 'c. drift is repaired',
  async run(world) {
    const differences = await editedByHand(world);
    const service = await deletedByHand(world);
    return [`replicas and image are put back, the deleted Service is there again (${service})`, ...differences].join(
      '\n',
    );
  },
};

async function editedByHand(world: World): Promise<string[]> {
  const before = await world.cluster.deployment('staging');
  check(before !== undefined, 'staging has no Deployment');
  await world.cluster.editDeployment('staging', { replicas: before.replicas + 3, image: 'example.com/by-hand:1' });
  const after = await running(world, 'staging', before.image);
  check(after.replicas === before.replicas, `replicas are ${after.replicas}, not ${before.replicas} again`);
  check(after.uid === before.uid, 'the Deployment was replaced instead of repaired');
  const lines = await eventually('the printed difference', async () => {
    const found = (await world.state.application('staging'))?.drift;
    const texts = (found?.differences ?? []).map(({ object, field, message }) => `${object}: ${field}: ${message}`);
    return ['replicas', 'image'].every((word) => texts.some((text) => text.includes(word))) && texts;
  });
  return lines;
}

async function deletedByHand(world: World): Promise<string> {
  const before = await world.cluster.service('staging');
  await world.cluster.deleteService('staging');
  await eventually('the deleted Service to be back', async () => {
    const service = await world.cluster.service('staging');
    return service !== undefined && service.uid !== before?.uid;
  });
  return 'with a new uid';
}
