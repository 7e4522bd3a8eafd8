import { describe, expect, it } from 'vitest';
import { planApplications } from '../../../functions/source/plan-applications.ts';
import type { DeployerEnvironment } from '../../../shared/config/deployer.ts';
import { environmentSchema } from '../../../shared/config/environment.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';

function plan(paths: string[], config: object = {}, environment: Partial<DeployerEnvironment> = {}) {
  const configFile = `${environment.path === undefined ? '' : `${environment.path}/`}environment.yaml`;
  return planApplications({
    name: 'staging',
    environment: aDeployerEnvironment(environment),
    config: environmentSchema.parse(config),
    configFile,
    paths,
  });
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
      'environment.yaml: applications.web.path: must be a folder with files in this revision; found none at "web"',
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
