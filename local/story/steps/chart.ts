import { check, eventually } from '../eventually.ts';
import { statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

const file = 'environment.yaml';

export const chart: Step = {
  name: 'j. a chart comes from ECR, and goes as planned',
  async run(world) {
    const { git, state } = world;
    const before = await state.desired('production');
    const text = await git.read(await git.head('production'), file);
    const pin = await world.registry.pushChart('settings', '1.0.0');
    const listed = `${text}folders: [applications/*]\napplications: ${JSON.stringify({ settings: { chart: pin } })}\n`;
    const added = await git.commit('production', { [file]: listed }, 'Add a chart');
    await statusOf(world, added, 'production', 'success');
    check((await settings(world))?.data.colour === 'green', 'what the chart says is not in the cluster');
    const plan = await state.plan('production', 'settings', before?.release ?? '');
    const pruned = plan.objects.map(({ action, object }) => `${action} ${object}`).join();
    check(pruned === 'prune ConfigMap production/settings', `the plan says ${pruned || plan.outcome}`);
    check((await settings(world)) !== undefined, 'the plan was carried out');
    const removed = await git.commit('production', { [file]: text }, 'No more of it');
    await statusOf(world, removed, 'production', 'success');
    await eventually('the chart’s ConfigMap to be gone', async () => (await settings(world)) === undefined);
    await eventually('its state to be gone', async () => (await state.inventory('production')).length === 2);
    return `settings 1.0.0 ran; going back would ${pruned}; and so it went`;
  },
};

const settings = async ({ cluster }: World) =>
  (await cluster.configMaps('production')).find(({ name }) => name === 'settings');
