import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { deployerFrom, readDeployer } from '../../infra/read-deployer.ts';
import { aKeyPair, pemOf } from '../shared/images/signatures/signing.ts';
import { deployerText } from './template.ts';

it('puts in the keys of files that stand beside deployer.yaml, wherever it is read from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-deployer-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const key = pemOf(aKeyPair());
  writeFileSync(join(folder, 'cosign.pub'), key);
  const verify = '    branch: staging\n    verify: [{ keys: [cosign.pub] }]\n';
  writeFileSync(join(folder, 'deployer.yaml'), deployerText.replace('    branch: staging\n', verify));
  const { environments } = readDeployer(join(folder, 'deployer.yaml'));
  expect(environments.staging?.verify).toEqual([{ images: ['*'], keys: [key], attestations: [] }]);
  expect(environments.trial?.verify).toEqual([]);
});

describe('a configuration that is no file', () => {
  const { github, clusters } = parse(deployerText);

  it('gets the same defaults', () => {
    const deployer = deployerFrom({ github, clusters, environments: {} });
    expect(deployer).toMatchObject({ github: { apiUrl: 'https://api.github.com' }, schedules: { drift: 300 } });
  });

  it('is refused with the same words', () => {
    const environments = { staging: { repository: 'a/b', branch: 'main', cluster: 'none', namespaces: ['a'] } };
    expect(() => deployerFrom({ github, clusters, environments })).toThrow(
      'environments.staging.cluster: must be one of main, lab',
    );
  });
});
