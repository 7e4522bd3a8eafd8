import { check, eventually } from '../eventually.ts';
import { deploymentFile, imageIn, running, short, sourceStatusOf, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const push: Step = {
  name: 'b. a pushed image runs',
  async run(world, told) {
    const before = await world.git.head('staging');
    const pushed = Date.now();
    const pin = `${world.registry.repository}:1.1.0@${await world.registry.push('1.1.0')}`;
    const revision = await eventually('a commit on staging', async () => {
      const head = await world.git.head('staging');
      return head !== before && head;
    });
    const committed = Date.now();
    const announced = await eventually('the webhook', async () => world.git.announcedAt(revision));
    await eventually('the rendering', async () => (await world.state.desired('staging'))?.revision === revision);
    const rendered = Date.now();
    await running(world, 'staging', pin);
    const applied = Date.now();
    await statusOf(world, revision, 'staging', 'success');
    const reported = Date.now();
    const onCommit = await sourceStatusOf(world, 'staging', 'success');
    await onlyThePinChanged(world, before, revision, pin);
    const hops = {
      commitSeconds: between(pushed, committed),
      webhookSeconds: between(committed, announced),
      renderSeconds: between(announced, rendered),
      applySeconds: between(rendered, applied),
      totalSeconds: between(pushed, reported),
    };
    told(hops);
    return [
      `${short(revision)} pins 1.1.0@sha256:… and changes nothing else; it runs after ${hops.totalSeconds} s`,
      `the commit that it was built from says "${onCommit}"`,
      `push → commit ${hops.commitSeconds} s → webhook ${hops.webhookSeconds} s → rendered ${hops.renderSeconds} s → rolled out ${hops.applySeconds} s → status success ${between(applied, reported)} s`,
    ].join('\n');
  },
};

async function onlyThePinChanged(world: World, before: string, revision: string, pin: string): Promise<void> {
  const paths = await world.git.changedPaths(before, revision);
  check(
    paths.length === 1 && paths[0] === deploymentFile,
    `the commit changes ${paths.join(', ')}, not just ${deploymentFile}`,
  );
  const text = await world.git.read(before, deploymentFile);
  const expected = text.replace(imageIn(text), pin);
  check(
    (await world.git.read(revision, deploymentFile)) === expected,
    'the commit changes more than the bytes of the pin',
  );
}

/** Seconds with two decimals; two clocks may disagree by a hair, which is none. */
const between = (from: number, to: number) => Math.max(0, Math.round((to - from) / 10) / 100);
