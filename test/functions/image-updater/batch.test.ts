import { describe, expect, test } from 'vitest';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import {
  aDeployment,
  application,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  startAtOne,
  startUpdater,
  versionOf,
} from './bench.ts';
import { anEcrEvent, aPush } from './events.ts';

describe('a batch', () => {
  test('fault 7: a malformed message is buried with the reason, and its neighbours go on', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    const nulled = anEcrEvent({ detail: { 'repository-name': null } });
    expect(await updater.receive('{', nulled, aPush('1.1.0'), { ...aPush('1.1.0'), version: '9' })).toEqual([]);
    expect(updater.buried.map(({ reason }) => reason)).toEqual([
      'the message is not JSON',
      expect.stringMatching(/^detail\.repository-name: /),
      expect.stringMatching(/^version: /),
    ]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 9: 1,000 pushes of 200 repositories become one commit, and the registry is asked once for each', async () => {
    const updater = startUpdater();
    const names = Array.from({ length: 200 }, (_, index) => `${registryHost}/app-${index}`);
    const files = Object.fromEntries(
      names.map((name, index) => [`apps/app-${index}.yaml`, aDeployment(`${name}:1.0.0`)]),
    );
    updater.write({ 'environment.yaml': rules(...names), ...files });
    const tags = ['1.0.1', '1.0.2', '1.0.3', '1.0.4', '1.0.5'];
    for (const name of names) for (const tag of tags) updater.registry.push(repositoryOf(name), versionOf(tag));
    const events = tags.flatMap((tag) => names.map((_, index) => aPush(tag, `app-${index}`)));
    expect(await updater.receive(...events)).toEqual([]);
    expect(updater.messages()).toHaveLength(2);
    expect(updater.messages()[0]).toMatch(/^200 images\n/);
    expect(updater.registry.asked).toHaveLength(200);
    for (const [index, name] of names.entries())
      expect(updater.read(`apps/app-${index}.yaml`)).toBe(aDeployment(pinOf('1.0.5', name)));
  });

  test('fault 17: two images of one file and one image of two files are one commit', async () => {
    const updater = startUpdater();
    const other = `${registryHost}/other`;
    const both = aDeployment(`${application}:1.0.0`) + aDeployment(`${other}:1.0.0`).replace('# kept', '---');
    updater.write({
      'environment.yaml': rules(application, other),
      'a.yaml': both,
      'b/c.yml': aDeployment(`${other}:1.0.0`),
    });
    updater.has('1.1.0');
    updater.registry.push(repositoryOf(other), versionOf('1.2.0'));
    await updater.receive(aPush('1.1.0'), aPush('1.2.0', 'other'));
    expect(updater.read('a.yaml')).toBe(
      aDeployment(pinOf('1.1.0')) + aDeployment(pinOf('1.2.0', other)).replace('# kept', '---'),
    );
    expect(updater.read('b/c.yml')).toBe(aDeployment(pinOf('1.2.0', other)));
    expect(updater.messages()).toHaveLength(2);
    expect(updater.messages()[0]).toMatch(/^example-application 1\.1\.0, other 1\.2\.0\n/);
  });

  test('environments on two branches get a commit each; those on one branch share it', async () => {
    const updater = startUpdater({
      environments: {
        one: { branch: 'main', path: 'one' },
        two: { branch: 'main', path: 'two' },
        other: { branch: 'other' },
        far: { branch: 'far', images: [] },
      },
    });
    const files = (folder: string) => ({
      [`${folder}environment.yaml`]: rules(application),
      [`${folder}web.yaml`]: aDeployment(`${application}:1.0.0`),
    });
    updater.write({ ...files('one/'), ...files('two/'), ...files('three/') }, 'main');
    updater.write(files(''), 'other');
    updater.write(files(''), 'far');
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect([updater.messages('main').length, updater.messages('other').length, updater.messages('far').length]).toEqual(
      [2, 2, 1],
    );
    expect(updater.messages('main')[0]).toMatch(
      /\n\none:\n.*\n\ntwo:\n.*Plumbline-Environment: one\n.*Plumbline-Environment: two\n/s,
    );
    expect(updater.read('two/web.yaml', 'main')).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.read('three/web.yaml', 'main')).toBe(aDeployment(`${application}:1.0.0`));
  });

  test("an environment's files in another one's folder are that one's own", async () => {
    const updater = startUpdater({
      environments: { root: { branch: 'main' }, inner: { branch: 'main', path: 'inner', images: [] } },
    });
    updater.write(
      { 'environment.yaml': rules(application), 'inner/web.yaml': aDeployment(`${application}:1.0.0`) },
      'main',
    );
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages('main')).toHaveLength(1);
  });

  test('a branch that fails takes only its own messages back', async () => {
    const environments = {
      one: { branch: 'one', images: [`${registryHost}/one`] },
      two: { branch: 'two', images: [`${registryHost}/two`] },
    };
    const updater = startUpdater({ environments });
    const { head } = updater.ports.git;
    updater.ports.git.head = async (repository, branch) => {
      if (branch === 'one') throw new TryAgainError('GitHub is away');
      return head(repository, branch);
    };
    for (const name of ['one', 'two']) {
      const repository = `${registryHost}/${name}`;
      updater.write({ 'environment.yaml': rules(repository), 'web.yaml': aDeployment(`${repository}:1.0.0`) }, name);
      updater.registry.push(repositoryOf(repository), versionOf('1.1.0'));
    }
    expect(await updater.receive(aPush('1.1.0', 'one'), aPush('1.1.0', 'two'))).toEqual(['message-0']);
    expect(updater.messages('two')).toHaveLength(2);
  });

  test('fault 22: a throttled registry takes only its own messages back', async () => {
    const updater = startAtOne();
    updater.has('1.1.0');
    const { versions } = updater.ports.registry;
    updater.ports.registry.versions = async (repository) => {
      if (repository.name === 'throttled') throw new TryAgainError('throttled');
      return versions(repository);
    };
    expect(await updater.receive(aPush('1.1.0', 'throttled'), aPush('1.1.0'))).toEqual(['message-0']);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 14: a refusal is buried with the setting that causes it, and not tried again', async () => {
    const refused = 'may not commit to the branch staging: the App 102 needs Contents: write';
    const commit = () => Promise.reject(new RefusedError(refused));
    const updater = startAtOne({ git: { commit } });
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.buried.map(({ reason }) => reason)).toEqual([refused]);
  });
});
