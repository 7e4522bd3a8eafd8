import { check, eventually } from '../eventually.ts';
import type { Step } from '../step.ts';

const nonsense = 'nobody can read this';

export const deadLetters: Step = {
  name: 'l. what can never be read is set aside, with the reason',
  async run({ queues }) {
    const names = await queues.sendToEach(nonsense);
    for (const name of names) {
      const find = async () => {
        const found = await queues.takeDeadLetters(name);
        return found.length > 0 && found;
      };
      // On a slow machine the ticks of a clock that goes faster stand in line before it.
      const [letter] = await eventually(`the dead letter of ${name}`, find, { timeoutSeconds: 600 });
      check(letter?.body === nonsense, `the dead letter of ${name} is "${letter?.body}"`);
      check(letter?.reason?.includes('JSON') === true, `the dead letter of ${name} has the reason "${letter?.reason}"`);
    }
    const left = await queues.deadLetters();
    check(left === 0, `${left} other messages are in the dead-letter queues`);
    return `${names.length} queues went on working`;
  },
};
