import { describe, expect, it } from 'vitest';
import type { EnvironmentView } from '../../../functions/dispatcher/decide.ts';
import { branchesToResync, driftChecks, retries } from '../../../functions/dispatcher/decide.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { aDeployerEnvironment, anApplicationState, aRelease } from '../../support/examples.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const view = (release: Release | undefined, ...applications: ApplicationState[]): EnvironmentView => ({
  environment: 'staging',
  release,
  applications,
});
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
});
