import { describe, expect, test } from 'vitest';
import { TryAgainError } from '../../../shared/errors.ts';
import { aDeployment, application, deploymentFile, gitRepository, pinOf, rules, startAtOne } from './bench.ts';
import { aPush, aScan } from './events.ts';

/** An environment that got 1.1.0, which a person took back. */
async function startHeld() {
  const updater = startAtOne();
  updater.has('1.1.0');
  await updater.receive(aPush('1.1.0'));
  const ours = (await updater.git.head(gitRepository, 'staging')) ?? '';
  updater.write({ [deploymentFile]: aDeployment(`${application}:1.0.0`) });
  const standing = () => updater.read();
  return { ...updater, standing, remarks: () => updater.git.remarks(gitRepository, ours) };
}

const [before, after] = [aDeployment(`${application}:1.0.0`), aDeployment(pinOf('1.1.0'))];

describe('a version that a person took back', () => {
  test('is told once on the commit that was taken back, with what to do', async () => {
    const updater = await startHeld();
    await updater.receive(aScan);
    await updater.receive(aPush('1.1.0'), aScan);
    expect(await updater.remarks()).toEqual([
      expect.stringMatching(
        /`staging` holds `example-application`: `a person replaced 1\.1\.0 \(commit .*\) by 1\.0\.0: held/,
      ),
    ]);
    expect((await updater.remarks())[0]).toContain(`\nPlumbline-Resume: ${application}\n`);
    expect(updater.standing()).toBe(before);
  });

  test('is in the log when it can not be told on its commit', async () => {
    const updater = await startHeld();
    updater.ports.git.remark = () => Promise.reject(new TryAgainError('GitHub is away'));
    expect(await updater.receive(aScan)).toEqual([]);
    expect(updater.lines('hold could not be told')).toHaveLength(1);
    expect(updater.lines('image left alone')).toHaveLength(1);
  });

  test.each([application, 'example-application'])('comes back when a commit resumes it (%s)', async (name) => {
    const updater = await startHeld();
    await updater.receive(aScan);
    updater.write({ 'README.md': 'mended' }, 'staging');
    updater.git.push({ repository: gitRepository, branch: 'staging' }, {}, `Go on\n\nPlumbline-Resume: ${name}`);
    await updater.receive(aScan);
    expect(updater.standing()).toBe(after);
  });

  test('is held again when it is taken back again', async () => {
    const updater = await startHeld();
    updater.git.push({ repository: gitRepository, branch: 'staging' }, {}, `Go on\n\nPlumbline-Resume: ${application}`);
    await updater.receive(aScan);
    updater.write({ [deploymentFile]: before });
    await updater.receive(aScan);
    expect(updater.standing()).toBe(before);
  });

  test('comes back where holds are switched off', async () => {
    const updater = await startHeld();
    updater.write({ 'environment.yaml': rules(application).replace('policy', 'hold: false\n    policy') });
    await updater.receive(aScan);
    expect(updater.standing()).toBe(after);
    expect(await updater.remarks()).toEqual([]);
  });

  test('is none where only the tag has a place', async () => {
    const updater = startAtOne();
    const marked = (tag: string) => `version: ${tag} # {"$imagepolicy": "flux-system:web:tag"}\n`;
    updater.write({
      'environment.yaml': rules(application).replace('policy', 'name: web\n    policy'),
      'values.yaml': marked('1.0.0'),
    });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.read('values.yaml')).toBe(marked('1.1.0'));
    await updater.receive(aScan);
    expect(updater.lines('image left alone')).toEqual([]);
  });

  test('is remembered over hundreds of commits', async () => {
    const updater = await startHeld();
    for (let index = 0; index < 300; index += 1) updater.write({ 'README.md': `${index}` });
    await updater.receive(aScan);
    expect(updater.standing()).toBe(before);
  });
});
