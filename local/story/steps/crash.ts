import { check, eventually } from '../eventually.ts';
import { short, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

/** An application of its own, so that taking it away again is a removal and not a suspicious prune. */
const file = 'applications/many/objects.yaml';
const count = 150;
const left = 100;

/** Enough objects that there is a middle to be killed in. The second revision drops every third and changes the others. */
const manifests = (revision: number) =>
  Array.from({ length: count }, (_, index) => index)
    .filter((index) => revision === 1 || index % 3 !== 0)
    .map(
      (index) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: many-${index}\ndata:\n  revision: "${revision}"\n`,
    )
    .join('---\n');

export const crash: Step = {
  name: 'h. a killed apply is finished by the newest',
  async run(world) {
    const first = await world.git.commit('staging', { [file]: manifests(1) }, 'Many objects');
    const applied = await killedInTheMiddle(world);
    const second = await world.git.commit('staging', { [file]: manifests(2) }, 'Fewer and other objects');
    await statusOf(world, second, 'staging', 'success');
    await agreement(world);
    const removed = await world.git.commit('staging', { [file]: null }, 'No more of them');
    await eventually('the many to be gone', async () => (await many(world)).length === 0);
    await statusOf(world, removed, 'staging', 'success');
    return `killed after ${applied} of ${count} objects of ${short(first)}; ${short(second)} runs, inventory and cluster agree, nothing is orphaned`;
  },
};

async function killedInTheMiddle(world: World): Promise<number> {
  await eventually('the first of many objects', async () => (await many(world)).length > 0, { everyMilliseconds: 2 });
  check(world.functions.kill('reconciler') > 0, 'there was no reconciler process to kill');
  const applied = (await many(world)).length;
  check(applied < count, 'the apply had ended before it was killed');
  return applied;
}

async function agreement(world: World): Promise<void> {
  const live = await many(world);
  check(live.length === left, `${live.length} of the many objects are left, not ${left}`);
  check(
    live.every(({ data }) => data.revision === '2'),
    'an object of the older revision is left',
  );
  const [owned, inventory] = await Promise.all([
    world.cluster.ownedObjects('staging'),
    world.state.inventory('staging'),
  ]);
  check(owned.toSorted().join() === inventory.toSorted().join(), 'inventory and cluster disagree');
}

const many = async ({ cluster }: World) =>
  (await cluster.configMaps('staging')).filter(({ name }) => name.startsWith('many-'));
