import type { Step } from '../step.ts';

/** Days pass between reminders: here the time is said to have come, and the dispatcher's next tick finds that. */
export const reminder: Step = {
  name: 'o. the reporter is called again when it wanted to be',
  async run({ state }) {
    await state.remind('staging');
    return 'the next tick brought it back';
  },
};
