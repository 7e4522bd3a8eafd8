import { describe, expect, it } from 'vitest';
import { composeAlert } from '../../../functions/reporter/alert.ts';
import { decideOutcome, type EnvironmentView } from '../../../functions/reporter/decide.ts';
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
    expect(decideOutcome(view({ attempt: undefined }))).toBeUndefined();
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
  ])('says %s', (_name, part, state, summary) => {
    expect(decideOutcome(view(part))).toMatchObject({ state, summary });
  });

  it('alerts with what failed, what still runs and what to do next', () => {
    const failed = view({ attempt: anAttempt({ outcome: 'failed', problems: [broken] }) });
    const alert = composeAlert(failed, decideOutcome(failed) ?? expect.fail('there must be an outcome'));
    expect(alert.subject).toBe('Plumbline: staging failed at aaaaaaaaaaaa');
    expect(alert.message).toContain('- applications/web/deployment.yaml:7: is not valid YAML');
    expect(alert.message).toContain('The last good state still runs:\n- web: healthy');
    expect(alert.message).toContain('Next step: mend it with a commit, or revert the commit');
  });
});
