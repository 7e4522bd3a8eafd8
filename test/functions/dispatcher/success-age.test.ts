import { describe, expect, it } from 'vitest';
import { secondsSinceSuccess, tellSuccessAges } from '../../../functions/dispatcher/success-age.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import { aDeployerEnvironment, aDesired, aRelease, someSettings } from '../../support/examples.ts';

const now = new Date('2026-01-02T12:00:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const desired = aDesired({ at: ago(500).toISOString() });
const release = aRelease({ web: 'sha256:1' });
const suspended: Release = {
  ...release,
  applications: Object.fromEntries(
    Object.entries(release.applications).map(([name, entry]) => [
      name,
      { ...entry, settings: someSettings({ suspend: true }) },
    ]),
  ),
};

describe('the age of the last success', () => {
  it('counts from the success', () => {
    expect(secondsSinceSuccess({ desired, release, success: ago(42), now })).toBe(42);
  });

  it('counts, where there was none yet, from when there was something to run', () => {
    expect(secondsSinceSuccess({ desired, release, success: undefined, now })).toBe(500);
  });

  it.each([
    ['nothing was released', undefined, undefined],
    ['the release is empty', desired, aRelease({})],
    ['nothing could be rendered', desired, aRelease({ web: undefined })],
    ['all is suspended', desired, suspended],
  ])('is none while %s', (_, desired, release) => {
    expect(secondsSinceSuccess({ desired, release, success: ago(9000), now })).toBe(0);
  });

  it('is told of each environment', async () => {
    const told: unknown[] = [];
    await tellSuccessAges({
      environments: { staging: aDeployerEnvironment(), production: aDeployerEnvironment() },
      state: { readDesired: async (environment) => (environment === 'staging' ? desired : undefined) },
      successes: { readSuccess: async () => ago(7) },
      readRelease: async () => release,
      measure: (measurement) => void told.push(measurement),
      clock: { now: () => now },
    });
    expect(told).toEqual([
      { values: { SecondsSinceSuccess: 7 }, dimensions: { environment: 'staging' } },
      { values: { SecondsSinceSuccess: 0 }, dimensions: { environment: 'production' } },
    ]);
  });
});
