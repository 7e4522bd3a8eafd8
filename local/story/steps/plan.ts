import { check } from '../eventually.ts';
import { application } from '../expectations.ts';
import type { Step } from '../step.ts';

export const plan: Step = {
  name: 'k. a plan of what runs says that nothing would change',
  async run({ state, cluster }) {
    const before = await cluster.deployment('staging');
    const desired = await state.desired('staging');
    check(desired !== undefined, 'staging has no desired state');
    const { outcome, objects, unchanged, problems } = await state.plan('staging', application, desired.release);
    check(outcome === 'planned', `the plan is ${outcome}: ${problems.map(({ message }) => message).join()}`);
    check(objects.length === 0, `the plan would ${objects.map(({ action, object }) => `${action} ${object}`).join()}`);
    check((await cluster.deployment('staging'))?.generation === before?.generation, 'the plan changed the Deployment');
    return `${unchanged} objects would stay as they are`;
  },
};
