import { check, eventually } from '../eventually.ts';
import type { Step } from '../step.ts';

export const missingImage: Step = {
  name: 'i. an image that is not there',
  async run(world) {
    const since = Date.now();
    const before = await world.git.head('staging');
    await world.registry.announceOnly('1.9.9');
    const line = await eventually('the log line', async () =>
      world.functions.logs('image-updater', since).find((entry) => JSON.stringify(entry).includes('1.9.9')),
    );
    check((await world.git.head('staging')) === before, 'there is a commit for an image that does not exist');
    const dead = await world.queues.deadLetters();
    check(dead === 0, `${dead} messages are in the dead-letter queues`);
    return `no commit, no dead letter; the log says "${String(line.message)}"`;
  },
};
