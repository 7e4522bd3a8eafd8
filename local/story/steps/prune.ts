import { check, eventually } from '../eventually.ts';
import { statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';

const file = 'applications/example-application/settings.yaml';
const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: example-settings\ndata:\n  colour: green\n';

export const prune: Step = {
  name: 'd. what Git drops is pruned',
  async run({ git, cluster, state, ...world }) {
    const all = { git, cluster, state, ...world };
    const added = await git.commit('staging', { [file]: manifest }, 'Add settings');
    await statusOf(all, added, 'staging', 'success');
    const before = await cluster.ownedObjects('staging');
    check(before.includes('ConfigMap/example-settings'), 'the added ConfigMap is not in the cluster');
    const uid = (await cluster.deployment('staging'))?.uid;
    const removed = await git.commit('staging', { [file]: null }, 'Remove settings');
    await statusOf(all, removed, 'staging', 'success');
    await eventually(
      'the ConfigMap to be gone',
      async () => !(await cluster.ownedObjects('staging')).includes('ConfigMap/example-settings'),
    );
    const left = await cluster.ownedObjects('staging');
    check(
      sameMembers(
        left,
        before.filter((name) => name !== 'ConfigMap/example-settings'),
      ),
      `left are ${left.join(', ')}`,
    );
    check(sameMembers(await state.inventory('staging'), left), 'the inventory differs from the cluster');
    check((await cluster.deployment('staging'))?.uid === uid, 'the Deployment was replaced');
    return `ConfigMap/example-settings is gone, ${left.join(' and ')} stay`;
  },
};

const sameMembers = (one: string[], other: string[]) => one.toSorted().join() === other.toSorted().join();
