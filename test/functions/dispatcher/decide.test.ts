import { describe, expect, it } from 'vitest';
import type { EnvironmentView } from '../../../functions/dispatcher/decide.ts';
import { branchesToResync, dependants, driftChecks, retries } from '../../../functions/dispatcher/decide.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import { workOf } from '../../../shared/state/standing.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { aDeployerEnvironment, anApplicationState, aRelease, someSettings } from '../../support/examples.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const view = (release: Release | undefined, ...applications: ApplicationState[]): EnvironmentView => ({
  environment: 'staging',
  release,
  applications,
});
/** `web` and `api` depend on `db`. */
function stack(): Release {
  const release = aRelease({ db: 'sha256:db', web: 'sha256:web', api: 'sha256:api' });
  const entries = Object.entries(release.applications).map(([name, entry]) => {
    const settings = someSettings({ dependsOn: name === 'db' ? [] : ['db'] });
    return [name, { ...entry, settings }] as const;
  });
  return { ...release, applications: Object.fromEntries(entries) };
}
const work = workOf(stack().applications.db);
const healthyDb = anApplicationState({
  application: 'db',
  artifact: 'sha256:db',
  applied: 'sha256:db',
  work,
  version: 7,
});
const waits = (application: string, problem = 'waits for "db", which is not applied at this revision yet') =>
  anApplicationState({ application, phase: 'waiting', problems: [{ message: problem }] });
const names = (messages: { application: string }[]) => messages.map(({ application }) => application);

describe('the dispatcher', () => {
  it('resyncs every branch once, however many environments are deployed from it', () => {
    const environments = {
      staging: aDeployerEnvironment({ branch: 'main', path: 'staging' }),
      preview: aDeployerEnvironment({ branch: 'main', path: 'preview' }),
      production: aDeployerEnvironment({ branch: 'production' }),
    };
    expect(branchesToResync(environments, 'a tick').map(({ branch }) => branch)).toEqual(['main', 'production']);
  });

  it('checks for drift whatever was applied once', () => {
    const applied = anApplicationState({ application: 'web', inventory: 'inventories/x', applied: 'sha256:1' });
    const never = anApplicationState({ application: 'new', inventory: undefined, applied: undefined });
    expect(driftChecks(view(undefined, applied, never), 'a tick')).toEqual([
      { kind: 'reconciliation', environment: 'staging', application: 'web', mode: 'check', cause: 'a tick' },
    ]);
  });

  it.each<[string, EnvironmentView, string[]]>([
    [
      'what is due',
      view(
        undefined,
        anApplicationState({ application: 'web', next: { at: '2026-01-02T03:04:05.000Z', why: 'retry', attempt: 1 } }),
      ),
      ['web'],
    ],
    [
      'not what is due later',
      view(undefined, anApplicationState({ next: { at: '2026-01-02T03:04:06.000Z', why: 'health', attempt: 1 } })),
      [],
    ],
    ['what nobody has tried, since its message was lost', view(aRelease({ web: 'sha256:1' })), ['web']],
    [
      'what was tried with an older artifact only',
      view(aRelease({ web: 'sha256:2' }), anApplicationState({ application: 'web', artifact: 'sha256:1' })),
      ['web'],
    ],
    [
      'not what runs its artifact',
      view(aRelease({ web: 'sha256:1' }), anApplicationState({ application: 'web', artifact: 'sha256:1' })),
      [],
    ],
    ['what Git no longer has', view(aRelease({}), anApplicationState({ application: 'gone' })), ['gone']],
    ['nothing that could never be rendered', view(aRelease({ broken: undefined })), []],
    [
      'what waits, once it need not wait any more',
      view(stack(), healthyDb, waits('web'), anApplicationState({ application: 'api', artifact: 'sha256:api' })),
      ['web'],
    ],
    [
      'what waits, once it waits for another reason',
      view(stack(), waits('web', 'waits for "db", which failed')),
      ['db', 'web', 'api'],
    ],
    ['not what still waits for the same reason', view(stack(), waits('web'), waits('api')), ['db']],
    [
      'not what is suspended, whatever it would have to run',
      view(
        {
          ...stack(),
          applications: {
            db: {
              path: '',
              inputs: '',
              problems: [],
              warnings: [],
              artifact: { digest: 'new', objects: 1, revision: 'r' },
              settings: someSettings({ suspend: true }),
            },
          },
        },
        anApplicationState({ application: 'db', phase: 'suspended', artifact: 'old' }),
      ),
      [],
    ],
    ['nothing to remove while nothing is desired yet', view(undefined, anApplicationState({ application: 'web' })), []],
  ])('brings back %s', (_name, environment, expected) => {
    expect(names(retries(environment, now, 'a tick'))).toEqual(expected);
  });

  it('asks once for an application that is due for two reasons', () => {
    const state = anApplicationState({
      application: 'web',
      artifact: 'sha256:1',
      next: { at: '2026-01-01T00:00:00.000Z', why: 'retry', attempt: 3 },
    });
    expect(names(retries(view(aRelease({ web: 'sha256:2' }), state), now, 'a tick'))).toEqual(['web']);
  });

  it('starts what waited for an application as soon as that is healthy', () => {
    const found = dependants(view(stack(), healthyDb, waits('web'), waits('api')), new Set(['db']));
    expect(found).toEqual([
      {
        kind: 'reconciliation',
        environment: 'staging',
        application: 'web',
        mode: 'apply',
        cause: '"db" is healthy, at version 7',
      },
      {
        kind: 'reconciliation',
        environment: 'staging',
        application: 'api',
        mode: 'apply',
        cause: '"db" is healthy, at version 7',
      },
    ]);
  });

  it.each<[string, EnvironmentView]>([
    ['has not said yet that it waits', view(stack(), healthyDb)],
    [
      'was last tried with an older artifact',
      view(stack(), healthyDb, anApplicationState({ application: 'web', artifact: 'old' })),
    ],
  ])('starts also a dependant that %s', (_name, found) => {
    expect(names(dependants(found, new Set(['db'])))).toContain('web');
  });

  it.each<[string, EnvironmentView]>([
    ['the environment has no release', view(undefined, healthyDb)],
    ['the application is healthy at an older revision', view(stack(), { ...healthyDb, applied: 'old' }, waits('web'))],
    [
      'the dependants run what they should, or failed with it',
      view(
        stack(),
        healthyDb,
        anApplicationState({ application: 'web', artifact: 'sha256:web' }),
        anApplicationState({ application: 'api', artifact: 'sha256:api', phase: 'failed' }),
      ),
    ],
  ])('starts nothing when %s', (_name, found) => {
    expect(dependants(found, new Set(['db']))).toEqual([]);
  });
});
