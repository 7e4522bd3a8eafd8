import { describe, expect, test } from 'vitest';
import type { ImageVersion } from '../../../shared/images/ports.ts';
import { digestOf } from '../../shared/images/versions.ts';
import { aDeployment, application, deploymentFile, pinOf, repositoryOf, startUpdater, versionOf } from './bench.ts';
import { aPush, aScan } from './events.ts';

const ruleOf = (policy: string, more = '') => `images:\n  - repository: ${application}\n    policy: ${policy}\n${more}`;

/** An environment of one Deployment, whose registry has what is given. */
function start(rule: string, files: Record<string, string>, versions: ImageVersion[] = []) {
  const updater = startUpdater();
  updater.write({ 'environment.yaml': rule, ...files });
  for (const version of versions) updater.registry.push(repositoryOf(application), version);
  return updater;
}

const at = (tag: string, pushedAt: Date, platforms?: string[]): ImageVersion => {
  return { tag, digest: digestOf(tag), pushedAt, ...(platforms && { platforms }) };
};

describe('a policy', () => {
  test('fault 24: waits until a manifest list has every platform', async () => {
    const both = ['linux/amd64', 'linux/arm64'];
    const updater = start(
      ruleOf('{ semver: { range: 1.x }, platforms: [linux/amd64, linux/arm64] }'),
      { [deploymentFile]: aDeployment(`${application}:1.0.0`) },
      [at('1.0.0', new Date(0), both), at('1.1.0', new Date(0), both), at('1.2.0', new Date(0), ['linux/amd64'])],
    );
    await updater.receive(aPush('1.2.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    updater.registry.push(repositoryOf(application), at('1.2.0', new Date(0), both));
    await updater.receive(aPush('1.2.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test('lets a version mature', async () => {
    const updater = start(
      ruleOf('{ semver: { range: 1.x }, after: 30 minutes }'),
      { [deploymentFile]: aDeployment(pinOf('1.0.0')) },
      [at('1.0.0', new Date(-3_600_000)), at('1.1.0', new Date(-60_000))],
    );
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.0.0')));
    updater.registry.push(repositoryOf(application), at('1.1.0', new Date(-1_800_000)));
    await updater.receive(aScan);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 4: of the kind digest follows its tag, and names itself in the commit', async () => {
    const updater = start(
      ruleOf('{ digest: { tag: latest } }'),
      { [deploymentFile]: aDeployment(`${application}:latest@${digestOf('old')}`) },
      [{ ...versionOf('latest'), digest: digestOf('new') }],
    );
    await updater.receive(aPush('latest'));
    expect(updater.read()).toBe(aDeployment(`${application}:latest@${digestOf('new')}`));
    expect(updater.messages()[0]).toContain('\nPlumbline-Policy: digest latest');
  });
});

describe('a version stands', () => {
  const rule = ruleOf(
    '{ semver: { range: 1.x } }',
    '    name: flux-system:app\n    helmValues: [{ file: chart/values.yaml }]\n',
  );

  test('in Helm values and behind markers: one commit changes all of them, and then none', async () => {
    const values = (tag: string, digest: string) =>
      `image:\n  repository: ${application}\n  tag: ${tag}\n  digest: ${digest}\n`;
    const resource = (tag: string) => `kind: Runner\nversion: ${tag} # {"$imagepolicy": "flux-system:app:tag"}\n`;
    const updater = start(
      rule,
      { 'chart/values.yaml': values('1.0.0', digestOf('1.0.0')), 'runner.yaml': resource('1.0.0') },
      [versionOf('1.0.0'), versionOf('1.1.0')],
    );
    await updater.receive(aPush('1.1.0'));
    expect(updater.read('chart/values.yaml')).toBe(values('1.1.0', digestOf('1.1.0')));
    expect(updater.read('runner.yaml')).toBe(resource('1.1.0'));
    expect(updater.messages()).toHaveLength(2);
    await updater.receive(aPush('1.1.0'), aScan);
    expect(updater.messages()).toHaveLength(2);
  });

  test('in a base that environments share: each gets an entry of its own, the base stays', async () => {
    const base = aDeployment(`${application}:1.0.0`);
    const updater = startUpdater({
      environments: { staging: { path: 'staging' }, production: { path: 'production' } },
    });
    updater.write({
      'base/web.yaml': base,
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'staging/environment.yaml': ruleOf('{ semver: { range: 1.x } }'),
      'staging/kustomization.yaml': 'resources: [../base]\n',
      'production/environment.yaml': ruleOf('{ semver: { range: 1.0.x } }'),
      'production/kustomization.yaml': 'resources: [../base]\n',
    });
    updater.has('1.0.0', '1.0.1', '1.1.0');
    await updater.receive(aPush('1.1.0'));
    const kustomization = (tag: string) =>
      `resources: [../base]\nimages:\n- name: ${application}\n  newTag: ${tag}\n  digest: ${digestOf(tag)}\n`;
    expect(updater.read('staging/kustomization.yaml')).toBe(kustomization('1.1.0'));
    expect(updater.read('production/kustomization.yaml')).toBe(kustomization('1.0.1'));
    expect(updater.read('base/web.yaml')).toBe(base);
    expect(updater.messages()).toHaveLength(2);
  });
});
