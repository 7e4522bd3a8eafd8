import { describe, expect, test } from 'vitest';
import { TryAgainError } from '../../../shared/errors.ts';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  startAtOne,
  startUpdater,
  versionOf,
} from './bench.ts';
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
        /`staging` holds `example-application`: `a person took back 1\.1\.0 \(commit .*\), and 1\.0\.0 stands there: held/,
      ),
    ]);
    expect((await updater.remarks())[0]).toContain(`\nPlumbline-Resume: ${application}\n`);
    expect(updater.standing()).toBe(before);
  });

  test('or in whose place they put one that the policy excludes, is told there without a way to resume it', async () => {
    const updater = await startHeld();
    updater.write({ [deploymentFile]: aDeployment(`${application}:0.9.0`) });
    await updater.receive(aScan, aPush('1.1.0'));
    await updater.receive(aScan);
    expect(updater.standing()).toBe(aDeployment(`${application}:0.9.0`));
    expect(await updater.remarks()).toEqual([
      expect.stringMatching(
        /^- `staging` holds .*: `0\.9\.0 is outside the range .*: somebody has to change .*` <!-- \S+ .* -->$/,
      ),
    ]);
  });

  test('is told by scans, which look at everything, and not by each push', async () => {
    const updater = await startHeld();
    await updater.receive(aPush('1.1.0'));
    expect(await updater.remarks()).toEqual([]);
    expect(updater.lines('image left alone')).toHaveLength(1);
    await updater.receive(aScan);
    expect(await updater.remarks()).toHaveLength(1);
  });

  test('is told in one remark with all others of its commit, and in few remarks at once', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${registryHost}/app-${index}`);
    const updater = startUpdater();
    const at = (tag: string, some = names) =>
      Object.fromEntries(
        some.map((name) => [`${name.slice(registryHost.length + 1)}.yaml`, aDeployment(`${name}:${tag}`)]),
      );
    updater.write({ 'environment.yaml': rules(...names), ...at('1.0.0') });
    const written: string[] = [];
    for (let first = 0; first < names.length; first += 6) {
      for (const name of names.slice(first, first + 6)) updater.registry.push(repositoryOf(name), versionOf('1.1.0'));
      updater.pass(60_000);
      await updater.receive(aScan);
      written.push((await updater.git.head(gitRepository, 'staging')) ?? '');
    }
    updater.write(at('1.0.0'));
    const remarks = async () =>
      (await Promise.all(written.map((commit) => updater.git.remarks(gitRepository, commit)))).flat();
    await updater.receive(aScan);
    expect(await remarks()).toHaveLength(5);
    updater.ports.random = Math.random;
    for (let scan = 0; scan < 100 && (await remarks()).length < 10; scan += 1) await updater.receive(aScan);
    const told = (await remarks()).map((remark) => remark.match(/^Plumbline-Resume: /gm)?.length);
    expect(told).toEqual(Array(10).fill(6));
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

  test('is held although it was resumed before it was taken back', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    updater.git.push({ repository: gitRepository, branch: 'staging' }, {}, `Go on\n\nPlumbline-Resume: ${application}`);
    updater.write({ [deploymentFile]: before });
    await updater.receive(aScan);
    expect(updater.read()).toBe(before);
    updater.git.push({ repository: gitRepository, branch: 'staging' }, {}, `Go on\n\nPlumbline-Resume: ${application}`);
    await updater.receive(aScan);
    expect(updater.read()).toBe(after);
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
