import { describe, expect, it } from 'vitest';
import { decideStanding } from '../../../functions/reporter/standing.ts';
import { decideStatuses } from '../../../functions/reporter/statuses.ts';
import { aDesired, anApplicationState, anAttempt, aRelease } from '../../support/examples.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `application-${index}`);

/** An environment in which these applications fail and the others are healthy. */
function standingOf(all: readonly string[], failing: readonly string[]) {
  const applications = all.map((application) => {
    const artifact = `sha256:${application}`;
    return failing.includes(application)
      ? anApplicationState({ application, artifact, phase: 'failed', problems: [{ object: 'Pod a/b', message: 'x' }] })
      : anApplicationState({ application, artifact, applied: artifact });
  });
  const release = aRelease(Object.fromEntries(all.map((name) => [name, `sha256:${name}`])));
  const view = { environment: 'staging', attempt: anAttempt(), desired: aDesired(), release, applications };
  return decideStanding(view) ?? expect.fail('a revision was looked at');
}

const healthy = { state: 'success', description: '2 applications applied and healthy' } as const;
const failed = { state: 'failure', description: 'Pod a/b: x' } as const;

describe('the statuses of a commit', () => {
  it('are one of the environment, as long as nothing fails', () => {
    expect(decideStatuses('staging', standingOf(['web', 'api'], []), {})).toEqual([
      { context: 'plumbline/staging', ...healthy },
    ]);
  });

  it('are one more for each application that fails', () => {
    expect(decideStatuses('staging', standingOf(['web', 'api'], ['api']), {})).toEqual([
      { context: 'plumbline/staging', ...failed },
      { context: 'plumbline/staging/api', ...failed },
    ]);
  });

  it('are not set again as long as they say the same', () => {
    const said = { 'plumbline/staging': failed, 'plumbline/staging/api': failed };
    expect(decideStatuses('staging', standingOf(['web', 'api'], ['api']), said)).toEqual([]);
  });

  it('say of an application that works again, or that is gone, that it does', () => {
    const said = { 'plumbline/staging': failed, 'plumbline/staging/api': failed, 'plumbline/staging/old': failed };
    expect(decideStatuses('staging', standingOf(['web', 'api'], []), said)).toEqual([
      { context: 'plumbline/staging', ...healthy },
      { context: 'plumbline/staging/api', state: 'success', description: 'is applied and healthy' },
      { context: 'plumbline/staging/old', state: 'success', description: 'is no longer part of this revision' },
    ]);
  });

  it('are not more than GitHub lets us write, however many applications fail', () => {
    const all = names(1_000);
    const statuses = decideStatuses('staging', standingOf(all, all), {});
    expect(statuses).toHaveLength(21);
    expect(statuses[0]?.description).toBe('Pod a/b: x (and 999 more)');
  });

  it('keep to the length that GitHub keeps, so that what stands there can be compared', () => {
    const standing = standingOf(['web'], []);
    const whole = { state: 'failure' as const, summary: '✗'.repeat(300), problems: [] };
    const [status] = decideStatuses('staging', { ...standing, whole }, {});
    expect(status?.description).toBe(`${'✗'.repeat(139)}…`);
  });
});
