import { describe, expect, it } from 'vitest';
import { decideStanding } from '../../../functions/reporter/standing.ts';
import type { EnvironmentView } from '../../../functions/reporter/view.ts';
import { aDesired, anApplicationState, anAttempt, aRelease } from '../../support/examples.ts';

const view = (part: Partial<EnvironmentView> = {}): EnvironmentView => ({
  environment: 'staging',
  attempt: anAttempt(),
  desired: aDesired(),
  release: aRelease({ web: 'sha256:1' }),
  applications: [anApplicationState({ artifact: 'sha256:1', applied: 'sha256:1' })],
  ...part,
});

const broken = { file: 'applications/web/deployment.yaml', line: 7, message: 'is not valid YAML' };

describe('the reporter', () => {
  it('has nothing to say before a revision was looked at', () => {
    expect(decideStanding(view({ attempt: undefined }))).toBeUndefined();
  });

  it.each<[string, Partial<EnvironmentView>, string, string]>([
    ['success once every application is healthy at its artifact', {}, 'success', '1 application applied and healthy'],
    [
      'pending while the revision is rendered',
      { attempt: anAttempt({ outcome: 'pending' }) },
      'pending',
      'is being rendered',
    ],
    [
      'pending while the desired revision is still the one before',
      { desired: aDesired({ revision: 'b'.repeat(40) }) },
      'pending',
      'is being rendered',
    ],
    ['pending while an application has not been applied', { applications: [] }, 'pending', 'waiting for web'],
    [
      'pending while it rolls out',
      { applications: [anApplicationState({ phase: 'progressing', artifact: 'sha256:1', applied: 'sha256:1' })] },
      'pending',
      'waiting for web',
    ],
    [
      'pending while the healthy one is the artifact before',
      { applications: [anApplicationState({ artifact: 'sha256:0', applied: 'sha256:0' })] },
      'pending',
      'waiting for web',
    ],
    [
      'pending while an application that Git no longer has is being removed',
      {
        applications: [
          anApplicationState({ artifact: 'sha256:1', applied: 'sha256:1' }),
          anApplicationState({ application: 'gone' }),
        ],
      },
      'pending',
      'waiting for gone',
    ],
    [
      'success where an application is suspended',
      { applications: [anApplicationState({ phase: 'suspended' })] },
      'success',
      '1 application applied and healthy',
    ],
    [
      'failure with file and line when a rendering failed',
      { attempt: anAttempt({ outcome: 'failed', problems: [broken] }) },
      'failure',
      'applications/web/deployment.yaml:7: is not valid YAML',
    ],
    [
      'failure with how many more there are',
      { attempt: anAttempt({ outcome: 'failed', problems: [broken, broken, broken] }) },
      'failure',
      'applications/web/deployment.yaml:7: is not valid YAML (and 2 more)',
    ],
    [
      'failure when an application failed',
      {
        applications: [
          anApplicationState({
            phase: 'failed',
            artifact: 'sha256:1',
            problems: [{ object: 'Deployment staging/web', message: 'image can’t be pulled' }],
          }),
        ],
      },
      'failure',
      'Deployment staging/web: image can’t be pulled',
    ],
    [
      'pending again, not failure, when what failed was the artifact before',
      { applications: [anApplicationState({ phase: 'failed', artifact: 'sha256:0' })] },
      'pending',
      'waiting for web',
    ],
    [
      'pending, not failure, when what failed was another revision',
      {
        attempt: anAttempt({ outcome: 'pending', revision: 'b'.repeat(40) }),
        applications: [anApplicationState({ phase: 'failed', artifact: 'sha256:1' })],
      },
      'pending',
      'is being rendered',
    ],
    [
      'failure when an application that Git no longer has can’t be removed',
      {
        applications: [
          anApplicationState({ artifact: 'sha256:1', applied: 'sha256:1' }),
          anApplicationState({
            application: 'gone',
            phase: 'failed',
            problems: [{ object: 'Job x/y', message: 'stays' }],
          }),
        ],
      },
      'failure',
      'Job x/y: stays',
    ],
    [
      'error when nothing in Git or in the cluster is named that could be mended',
      { attempt: anAttempt({ outcome: 'failed', problems: [{ message: 'GitHub does not answer' }] }) },
      'error',
      'GitHub does not answer',
    ],
  ])('says %s', (_name, part, state, summary) => {
    expect(decideStanding(view(part))?.whole).toMatchObject({ state, summary });
  });

  it('tells what is one application’s from what is the whole revision’s', () => {
    const release = aRelease({ web: 'sha256:1', api: 'sha256:2' });
    Object.assign(release.applications.api ?? {}, { problems: [broken] });
    const lost = { message: 'the branch is gone' };
    const standing = decideStanding(
      view({ release, attempt: anAttempt({ outcome: 'failed', problems: [lost, broken] }) }),
    );
    expect(standing?.problems).toEqual([lost]);
    expect(standing?.applications.get('api')).toMatchObject({ state: 'failure', problems: [broken] });
    expect(standing?.applications.get('web')).toMatchObject({ state: 'success' });
    expect(standing?.whole.problems).toEqual([lost, broken]);
  });
});
