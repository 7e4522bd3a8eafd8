import { check, eventually } from '../eventually.ts';
import { deploymentFile, sourceStatusOf, statusOf } from '../expectations.ts';
import type { Step } from '../step.ts';

export const brokenManifest: Step = {
  name: 'e. a broken manifest changes nothing',
  async run(world) {
    const { git, cluster } = world;
    const good = await git.read(await git.head('staging'), deploymentFile);
    const before = await cluster.deployment('staging');
    const broken = good.replace('  replicas: 2', '  replicas: 2\n bad indentation: [');
    check(broken !== good, 'the story could not break the manifest');
    const revision = await git.commit('staging', { [deploymentFile]: broken }, 'Break the manifest');
    const description = await statusOf(world, revision, 'staging', 'failure');
    check(
      new RegExp(`^${deploymentFile}:\\d+: `).test(description),
      `the status names no file and line: ${description}`,
    );
    const alert = await eventually('the alert', async () =>
      (await world.alerts()).find(({ message }) => message.includes(revision)),
    );
    check(alert.message.includes(deploymentFile), 'the alert does not name the file');
    const onCommit = await sourceStatusOf(world, 'staging', 'failure');
    check(onCommit.includes(deploymentFile), `the application's commit says "${onCommit}"`);
    const after = await cluster.deployment('staging');
    check(after?.generation === before?.generation && after?.rolledOut === true, 'the Deployment changed');
    const mended = await git.commit('staging', { [deploymentFile]: good }, 'Mend the manifest');
    await statusOf(world, mended, 'staging', 'success');
    await sourceStatusOf(world, 'staging', 'success');
    await eventually('the word that it works again', async () =>
      (await world.alerts()).find(({ subject }) => subject.includes('works again')),
    );
    return `failure with "${description}"; the alert "${alert.subject}" was sent, the application's own commit was told, the last good state ran on; mended by the next commit, of which all were told`;
  },
};
