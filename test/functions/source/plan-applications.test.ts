import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planApplications } from '../../../functions/source/plan-applications.ts';
import type { DeployerEnvironment } from '../../../shared/config/deployer.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { aDeployerEnvironment, aTree } from '../../support/examples.ts';

function plan(paths: string[], config: object = {}, environment: Partial<DeployerEnvironment> = {}) {
  const file = posix.join(environment.path ?? '.', 'environment.yaml');
  const files = Object.fromEntries(paths.map((path) => [path, '']));
  const text = JSON.stringify(config, undefined, 1);
  const tree = aTree(text === '{}' ? files : { ...files, [file]: text });
  return planApplications({ name: 'staging', environment: aDeployerEnvironment(environment), tree });
}
const folders = (...args: Parameters<typeof plan>) => plan(...args).map(({ name, path }) => `${name} = ${path}`);

describe('the applications of an environment', () => {
  it.each<[string, string[], Parameters<typeof plan>]>([
    [
      'every folder under applications/',
      ['api = applications/api', 'web = applications/web'],
      [['applications/web/a.yaml', 'applications/api/base/b.yaml', 'README.md', 'applications/notes.txt']],
    ],
    [
      'the same inside the folder of the environment',
      ['web = clusters/staging/applications/web'],
      [['clusters/staging/applications/web/a.yaml', 'applications/other/a.yaml'], {}, { path: 'clusters/staging' }],
    ],
    ['the whole folder where there is no applications/', ['staging = .'], [['deployment.yaml']]],
    [
      'the list of environment.yaml, which is all there is',
      ['front = apps/front'],
      [['apps/front/a.yaml', 'applications/web/a.yaml'], { applications: { front: { path: 'apps/front' } } }],
    ],
    ['no hidden folder', ['web = applications/web'], [['applications/web/a.yaml', 'applications/.git/config']]],
  ])('are %s', (_name, expected, args) => {
    expect(folders(...args)).toEqual(expected);
  });

  it('have the closest setting: their own, then the environment’s, then the default', () => {
    const config = {
      prune: false,
      timeout: '10 minutes',
      applications: { web: { path: 'web', prune: true }, api: { path: 'api' } },
    };
    const [web, api] = plan(['web/a.yaml', 'api/a.yaml'], config);
    expect(web?.settings).toMatchObject({ prune: true, timeoutSeconds: 600, drift: 'correct', namespace: 'staging' });
    expect(api?.settings).toMatchObject({ prune: false });
  });

  it('show what their pods log only where deployer.yaml says so', () => {
    const settings = (environment: Partial<DeployerEnvironment>) => plan(['a.yaml'], {}, environment)[0]?.settings;
    expect(settings({})?.podLogs).toBe('hide');
    expect(settings({ podLogs: 'show' })?.podLogs).toBe('show');
  });

  it('ask for variables themselves; the environment’s are then below their own', () => {
    const config = {
      variables: { values: { A: '1' }, from: ['../shared.yaml'] },
      applications: { web: { path: 'web', variables: { values: { B: '2' } } }, api: { path: 'api' } },
    };
    const [web, api] = plan(['e/web/a.yaml', 'e/api/a.yaml'], config, { path: 'e' });
    expect(web?.variables).toEqual([
      { values: { A: '1' }, from: ['shared.yaml'] },
      { values: { B: '2' }, from: [] },
    ]);
    expect(api?.variables).toBeUndefined();
  });

  it('have the kustomization over their chart relative to their own folder', () => {
    const config = { applications: { web: { path: 'web', kustomize: '../overlay' } } };
    expect(plan(['e/web/Chart.yaml'], config, { path: 'e' })[0]?.kustomize).toBe('e/overlay');
  });

  it.each<[string, Parameters<typeof plan>, string]>([
    ['fault 16: an empty repository', [[], {}, { path: 'staging' }], 'no application was found in "staging"'],
    ['fault 16: a path that is missing', [['other/a.yaml'], {}, { path: 'staging' }], 'Nothing was deleted.'],
    ['fault 16: a list that is empty', [['a.yaml'], { applications: {} }], 'no application was found'],
    [
      'fault 16: a listed folder that is missing',
      [['a.yaml'], { applications: { web: { path: 'web' } } }],
      'environment.yaml:4: applications.web.path: must be a folder with files in this revision; found none at "web"',
    ],
    [
      'fault 64: a namespace that deployer.yaml does not allow',
      [['a.yaml'], { namespace: 'kube-system' }],
      'must be one of staging (deployer.yaml allows no other); found "kube-system"',
    ],
    [
      'a folder whose name can’t name an application',
      [['applications/Web_1/a.yaml']],
      "applications/Web_1: the folder's name can't name an application",
    ],
  ])('are refused, never read as none: %s', (_name, args, message) => {
    expect(() => plan(...args)).toThrow(message);
  });
});

const teams = [
  'teams/a/services/api/a.yaml',
  'teams/b/services/web/deep/a.yaml',
  'teams/b/notes.txt',
  'apps/db/a.yaml',
];

describe('folders by pattern', () => {
  it.each<[string, string[], string[], object]>([
    ['one level for each *', ['api = teams/a/services/api', 'web = teams/b/services/web'], ['teams/*/services/*'], {}],
    ['several patterns', ['db = apps/db', 'api = teams/a/services/api'], ['apps/*', 'teams/a/services/*'], {}],
    ['a part of a name', ['db = apps/db'], ['apps/d*', 'apps/db'], {}],
    [
      'with settings, and another name, for some of them',
      ['first = teams/a/services/api', 'db = apps/db', 'web = teams/b/services/web'],
      ['apps/*', './teams/*/services/*/'],
      { applications: { first: { path: 'teams/a/services/api' } } },
    ],
    [
      'beside listed ones',
      ['other = teams', 'db = apps/db'],
      ['apps/*'],
      { applications: { other: { path: 'teams' } } },
    ],
  ])('are applications: %s', (_name, expected, patterns, config) => {
    expect(folders(teams, { folders: patterns, ...config })).toEqual(expected);
  });

  it('are relative to the environment’s folder, and leave hidden ones out', () => {
    const paths = ['live/apps/web/a.yaml', 'live/apps/.git/a.yaml', 'apps/other/a.yaml'];
    expect(folders(paths, { folders: ['apps/*'] }, { path: 'live' })).toEqual(['web = live/apps/web']);
  });

  it.each(['./apps/db', 'apps//db/', 'apps/./db'])('get the settings of the entry that has their path: %s', (path) => {
    const config = { folders: ['apps/*'], applications: { database: { path, prune: false } } };
    const planned = plan(teams, config);
    expect(planned).toMatchObject([{ name: 'database', path: 'apps/db', settings: { prune: false } }]);
  });
});

function problems(...args: Parameters<typeof plan>): string[] {
  try {
    plan(...args);
    return [];
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(describeProblem);
    throw error;
  }
}

describe('a mistake', () => {
  it.each<[string, Parameters<typeof plan>, string]>([
    [
      'two folders of one name',
      [['apps/a/web/x', 'apps/b/web/x'], { folders: ['apps/*/*'] }],
      'environment.yaml:2: folders: "web" would be two applications, "apps/a/web" and "apps/b/web"; name one of them in "applications" with its path',
    ],
    [
      'a folder with the name of a listed application',
      [['apps/web/x', 'other/x'], { folders: ['apps/*'], applications: { web: { path: 'other' } } }],
      'environment.yaml:2: folders: "web" would be two applications, "other" and "apps/web"; name one of them in "applications" with its path',
    ],
    [
      'a pattern without any match',
      [['apps/web/x'], { folders: ['apps/*', 'gone/*'] }],
      'environment.yaml:4: folders[1]: must match a folder with files in this revision; it matches none',
    ],
    [
      'fault 16: patterns without any match, in an empty environment',
      [[], { folders: ['apps/*'] }, { path: 'live' }],
      'live/environment.yaml:3: folders[0]: must match a folder with files in this revision; it matches none',
    ],
    [
      'a pattern for any depth',
      [['apps/web/x'], { folders: ['apps/**'] }],
      'environment.yaml:3: folders[0]: must be a folder pattern such as "apps/*", one "*" for one level; found "apps/**"',
    ],
    [
      'a pattern that leaves the environment',
      [['apps/web/x'], { folders: ['../*'] }],
      'environment.yaml:3: folders[0]: must be a relative folder inside the repository, without ".." or a leading "/"; found "../*"',
    ],
    [
      'neither a folder nor a chart',
      [['a.yaml'], { applications: { web: {} } }],
      'environment.yaml:3: applications.web.path: is required (a folder), unless there is a "chart"; found nothing',
    ],
    [
      'a dependency on nobody',
      [['w/x', 'a/x'], { applications: { web: { path: 'w', dependsOn: ['a', 'db'] }, a: { path: 'a' } } }],
      'environment.yaml:7: applications.web.dependsOn[1]: must be an application of this environment; found "db", and there are web, a',
    ],
    [
      'a dependency on itself',
      [['w/x'], { applications: { web: { path: 'w', dependsOn: ['web'] } } }],
      'environment.yaml:6: applications.web.dependsOn[0]: an application can not wait for itself',
    ],
    [
      'a circle',
      [
        ['f/x'],
        {
          applications: {
            a: { path: 'f', dependsOn: ['b'] },
            b: { path: 'f', dependsOn: ['d', 'c'] },
            c: { path: 'f', dependsOn: ['a'] },
            d: { path: 'f' },
          },
        },
      ],
      'environment.yaml:19: applications.c.dependsOn[0]: makes a circle, in which all would wait for ever: a → b → c → a',
    ],
    [
      'a chart that deployer.yaml does not allow',
      [
        ['a.yaml'],
        { applications: { web: { chart: { repository: 'oci://example.com/charts', name: 'web', version: '1.0.0' } } } },
        { charts: ['oci://example.com/other/*', 'https://example.com/charts/*'] },
      ],
      'environment.yaml:4: applications.web.chart: must be one of the charts that deployer.yaml allows this environment (oci://example.com/other/*, https://example.com/charts/*); found "oci://example.com/charts/web"',
    ],
  ])('is told with its line: %s', (_name, args, message) => {
    expect(problems(...args)).toEqual([message]);
  });

  it('fault 16: in the configuration itself is never read as if there were none: a link, a file that is too large', () => {
    const tree = aTree({ 'applications/web/a.yaml': '' }, { 'environment.yaml': 'is a symbolic link' });
    expect(() => planApplications({ name: 'staging', environment: aDeployerEnvironment(), tree })).toThrow(
      'environment.yaml: is a symbolic link',
    );
  });
});

describe('a thousand applications in a hundred thousand files', () => {
  it('are found in a moment', () => {
    const paths = Array.from({ length: 100_000 }, (_, index) => `apps/app-${index % 1000}/file-${index}.yaml`);
    const started = performance.now();
    expect(plan(paths, { folders: ['apps/*'] })).toHaveLength(1000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
