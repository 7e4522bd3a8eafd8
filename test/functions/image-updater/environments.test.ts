import { describe, expect, test } from 'vitest';
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

describe('an environment', () => {
  test('fault 16: without its branch is told, and nobody waits for it', async () => {
    const updater = startUpdater();
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.lines('branch can not be updated')).toMatchObject([
      { reason: expect.stringMatching(/has no branch staging/) },
    ]);
    expect(updater.buried).toEqual([]);
  });

  test('without image rules is left alone', async () => {
    const updater = startAtOne();
    updater.write({ 'environment.yaml': null });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(2);
    expect(updater.lines('nothing to change')).toHaveLength(1);
  });

  test('whose file is broken is told by file, line and field; its neighbour on the branch goes on', async () => {
    const updater = startUpdater({ environments: { one: { path: 'one' }, two: { path: 'two' } } });
    updater.write({
      'one/environment.yaml': 'images:\n  - repository: nginx\n    policy: { semver: { range: 1.x } }\n',
      'two/environment.yaml': rules(application),
      'two/web.yaml': aDeployment(`${application}:1.0.0`),
    });
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read('two/web.yaml')).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('image left alone')).toMatchObject([
      {
        reason: expect.stringMatching(/^one\/environment\.yaml:2: images\[0\]\.repository: must be an ECR repository/),
      },
    ]);
  });

  test.each([
    ['a suspended environment', `${rules(application)}suspend: true\n`, /the environment staging is suspended/],
    ['a suspended image', rules(application).replace('policy', 'suspend: true\n    policy'), /it is suspended/],
  ])('%s is left alone, and says so', async (_name, yaml, reason) => {
    const updater = startAtOne();
    updater.write({ 'environment.yaml': yaml });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(2);
    expect(updater.lines('image left alone')).toMatchObject([{ reason: expect.stringMatching(reason) }]);
  });

  test('may not follow an image that deployer.yaml does not list', async () => {
    const updater = startAtOne({ environments: { staging: { images: [`${registryHost}/other`] } } });
    updater.has('1.1.0');
    await updater.receive(aScan);
    expect(updater.messages()).toHaveLength(1);
    expect(updater.lines('image left alone')).toMatchObject([
      {
        reason: expect.stringMatching(
          /^environment\.yaml: images\[0\]: .*deployer\.yaml doesn't list it under environments\.staging\.images/,
        ),
      },
    ]);
  });

  test('whose repository was deleted from the registry is left alone, and says so', async () => {
    const updater = startUpdater();
    updater.write({ 'environment.yaml': rules(application), [deploymentFile]: aDeployment(`${application}:1.0.0`) });
    await updater.receive(aScan);
    expect(updater.lines('image left alone')).toMatchObject([
      { reason: expect.stringMatching(/the registry has no such repository/) },
    ]);
  });
});

describe('a marker', () => {
  const other = `${registryHost}/other`;
  const named = rules(application, other).replace('policy', 'name: web\n    policy');

  test('that names no rule is told with file and line, and with the names that there are', async () => {
    const updater = startAtOne();
    updater.write({
      'environment.yaml': named,
      'a.yaml': 'x: 1\nversion: 1.0.0 # plumbline: wep:tag\n',
      'b.yaml': 'version: 1.0.0 # {"$imagepolicy": "flux-system:podinfo:tag"}\n',
    });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('image left alone')).toMatchObject([
      {
        reason: `a.yaml:2: a marker names the rule "wep:tag", which environment.yaml doesn't have: known are web`,
      },
      { reason: expect.stringMatching(/^b\.yaml:1: .*"flux-system:podinfo:tag".*: known are web$/) },
    ]);
  });

  test('that names a rule that is not looked at now is none of those', async () => {
    const updater = startAtOne();
    updater.write({
      'environment.yaml': named,
      'a.yaml': 'version: 1.0.0 # plumbline: web:tag\n',
      'b.yaml': `image: ${application}:1.0.0 # plumbline\n`,
    });
    updater.registry.push(repositoryOf(other), versionOf('1.2.0'));
    await updater.receive(aPush('1.2.0', 'other'));
    expect(updater.lines('image left alone')).toEqual([]);
  });

  test('is told also where no rule has a name, and not where the image stands in a workload', async () => {
    const updater = startAtOne();
    updater.write({
      [deploymentFile]: aDeployment(`${application}:1.0.0`).replace(
        '# this one',
        '# {"$imagepolicy": "flux-system:web"}',
      ),
      'a.yaml': 'version: 1.0.0 # {"$imagepolicy": "flux-system:web:tag"}\n',
    });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toContain(pinOf('1.1.0'));
    expect(updater.lines('image left alone')).toMatchObject([
      { reason: expect.stringMatching(/^a\.yaml:1: .*: no rule there has a name$/) },
    ]);
  });
});

describe('a kustomization', () => {
  const kustomization = `images:\n- name: ${application}\n  newTag: 1.0.0\n`;

  test('decides for the manifests in its folder and below', async () => {
    const updater = startAtOne();
    const deployment = aDeployment(`${application}:0.1.0`);
    updater.write({
      'app/kustomization.yaml': kustomization,
      'app/base/web.yaml': deployment,
      'other/web.yaml': aDeployment(`${application}:1.0.0`),
    });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    const { digest } = versionOf('1.1.0');
    expect(updater.read('app/kustomization.yaml')).toBe(
      `images:\n- name: ${application}\n  newTag: 1.1.0\n  digest: ${digest}\n`,
    );
    expect(updater.read('app/base/web.yaml')).toBe(deployment);
    expect(updater.read('other/web.yaml')).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('image left alone')).toEqual([]);
  });
});

test('fault 20: a file that is not UTF-8 is left alone, and says so', async () => {
  const updater = startAtOne();
  const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(aDeployment(`${application}:1.0.0`))]);
  const head = (await updater.git.head(gitRepository, 'staging')) ?? '';
  await updater.git.commit({
    repository: gitRepository,
    branch: 'staging',
    expectedHead: head,
    message: 'x',
    files: [{ path: 'latin.yaml', content: bytes }],
  });
  updater.has('1.1.0');
  await updater.receive(aPush('1.1.0'));
  expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  expect(updater.lines('image left alone')).toMatchObject([
    { reason: expect.stringMatching(/^latin\.yaml: .*isn't UTF-8/) },
  ]);
});
