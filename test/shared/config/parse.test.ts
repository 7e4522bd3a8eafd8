import { describe, expect, it } from 'vitest';
import { deployerSchema } from '../../../shared/config/deployer.ts';
import { environmentSchema } from '../../../shared/config/environment.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { smallestDeployer as deployer } from '../../support/deployer-text.ts';

const messages = (parse: () => unknown): string[] => {
  try {
    parse();
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n');
    throw error;
  }
  return [];
};
const deployerMessages = (text: string) => messages(() => parseConfiguration(text, 'deployer.yaml', deployerSchema));
const environmentMessages = (text: string) =>
  messages(() => parseConfiguration(text, 'environment.yaml', environmentSchema));

describe('deployer.yaml', () => {
  it('fills in the defaults', () => {
    const parsed = parseConfiguration(deployer, 'deployer.yaml', deployerSchema);
    expect(parsed.github.apiUrl).toBe('https://api.github.com');
    expect(parsed.environments.staging).toMatchObject({ path: '.', write: 'commit', secrets: 'refuse', images: [] });
    expect(parsed.schedules).toEqual({ drift: 300, resync: 300, scan: 900, retry: 60 });
  });

  it.each<[string, string, string[]]>([
    [
      'an unknown field',
      deployer.replace('    branch: staging', '    branch: staging\n    brnch: x'),
      ['deployer.yaml:16: environments.staging.brnch: is not a known field; found "x"'],
    ],
    [
      'a missing field',
      deployer.replace('    branch: staging\n', ''),
      ['deployer.yaml:14: environments.staging.branch: is required (a string); found nothing'],
    ],
    [
      'a wrong type',
      deployer.replace('appId: 1', 'appId: one'),
      ['deployer.yaml:3: github.apps.read.appId: must be a number; found "one"'],
    ],
    [
      'a choice that does not exist',
      deployer.replace('    branch: staging', '    branch: staging\n    write: push'),
      ['deployer.yaml:16: environments.staging.write: must be "commit" or "pullRequest"; found "push"'],
    ],
    [
      'a cluster that is not declared',
      deployer.replace('cluster: example', 'cluster: exmple'),
      ['deployer.yaml:16: environments.staging.cluster: must be one of example; found "exmple"'],
    ],
    [
      'a repository that is a URL',
      deployer.replace('example-org/example-environment', 'https://github.com/a/b'),
      [
        'deployer.yaml:14: environments.staging.repository: must be a GitHub repository as "owner/name"; found "https://github.com/a/b"',
      ],
    ],
    [
      'an unencrypted API',
      deployer.replace('github:', 'github:\n  apiUrl: http://github.example.com/api/v3'),
      ['deployer.yaml:2: github.apiUrl: must be an https URL; found "http://github.example.com/api/v3"'],
    ],
    [
      'a duration without a unit',
      `${deployer}schedules: { drift: 5 }\n`,
      ['deployer.yaml:18: schedules.drift: must be a string; found 5'],
    ],
    [
      'a duration in words that are not known',
      `${deployer}schedules: { drift: 5 fortnights }\n`,
      [
        'deployer.yaml:18: schedules.drift: must be a duration such as "30 seconds", "5 minutes", "1 hour" or "2 days"; found "5 fortnights"',
      ],
    ],
    [
      'several mistakes at once',
      deployer.replace('appId: 1', 'appId: 0').replace('vpc-1', 'x'),
      [
        'deployer.yaml:3: github.apps.read.appId: Too small: expected number to be >0; found 0',
        'deployer.yaml:10: clusters.example.vpc.id: must be an id that begins with "vpc-"; found "x"',
      ],
    ],
    [
      'a key written twice',
      `${deployer}environments: {}\n`,
      ['deployer.yaml:18: is not valid YAML: Map keys must be unique'],
    ],
  ])('names file, line, field, what was found and what would be accepted: %s', (_name, text, expected) => {
    expect(deployerMessages(text)).toEqual(expected);
  });

  it('refuses a file that is not YAML at the line where it ends to be', () => {
    expect(deployerMessages('github: [\n')[0]).toMatch(/^deployer\.yaml:2: is not valid YAML: /);
  });
});

describe('environment.yaml', () => {
  it('may be empty', () => {
    expect(parseConfiguration('', 'environment.yaml', environmentSchema)).toEqual({ images: [] });
  });

  it.each<[string, string, string]>([
    [
      'a policy that is not known',
      'images:\n  - repository: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web\n    policy: { newest: {} }\n',
      'environment.yaml:3: images[0].policy.newest: is not a known field; found {}',
    ],
    [
      'an image that is not in ECR',
      'images:\n  - repository: nginx:1.27\n    policy: { semver: { range: 1.x } }\n',
      'environment.yaml:2: images[0].repository: must be an ECR repository as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, without a tag; found "nginx:1.27"',
    ],
    [
      'a range that cannot be read',
      'images:\n  - repository: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web\n    policy: { semver: { range: newest } }\n',
      'environment.yaml:3: images[0].policy.semver.range: must be a version range such as ">=1.0.0 <2.0.0", "1.x" or "^1.2.0"; found "newest"',
    ],
    [
      'a path that leaves the repository',
      'applications:\n  web:\n    path: ../other\n',
      'environment.yaml:3: applications.web.path: must be a relative folder inside the repository, without ".." or a leading "/"; found "../other"',
    ],
    [
      'a name that Kubernetes would refuse',
      'applications:\n  Web: { path: web }\n',
      'environment.yaml:2: applications.Web: ',
    ],
  ])('names file, line, field, what was found and what would be accepted: %s', (_name, text, expected) => {
    expect(environmentMessages(text)[0]).toContain(expected);
  });

  it('fault 28: refuses aliases that expand without end', () => {
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`)
      .join('\n')}\n`;
    expect(environmentMessages(bomb)).toEqual([
      'environment.yaml: uses YAML aliases in a way that would expand without end; write the values out',
    ]);
  });
});
