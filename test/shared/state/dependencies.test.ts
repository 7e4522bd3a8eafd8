import { describe, expect, it } from 'vitest';
import type { Release, ReleaseEntry } from '../../../shared/artifacts/release.ts';
import { awaited } from '../../../shared/state/dependencies.ts';
import { workOf } from '../../../shared/state/standing.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import { anApplicationState, aRelease, someSettings } from '../../support/examples.ts';

const base = aRelease({ web: 'w', db: 'new' });
const entryOf = (name: string): ReleaseEntry => {
  const entry = base.applications[name];
  if (entry === undefined) throw new Error(`no ${name}`);
  return entry;
};
const web = { ...entryOf('web'), settings: someSettings({ dependsOn: ['db'] }) };
const db = entryOf('db');

const whole = { artifact: 'new', applied: 'new', work: workOf(db) };
const state = (part: Partial<ApplicationState>) => anApplicationState({ application: 'db', ...whole, ...part });

function waitsBecause(found: ApplicationState | undefined, part: Partial<ReleaseEntry> = {}) {
  const release: Release = { ...base, applications: { web, db: { ...db, ...part } } };
  return awaited(web, release, (name) => (name === 'db' ? found : undefined)).map(({ message }) => message);
}

describe('an application that depends on another', () => {
  it('may be applied once the other is healthy at this revision', () => {
    expect(waitsBecause(state({}))).toEqual([]);
  });

  it.each<[string, ApplicationState | undefined, Partial<ReleaseEntry>, string]>([
    ['was never applied', undefined, {}, 'is not applied at this revision yet'],
    [
      'is healthy at an older artifact',
      state({ artifact: 'old', applied: 'old' }),
      {},
      'is not applied at this revision yet',
    ],
    [
      'failed at an older artifact',
      state({ artifact: 'old', phase: 'failed' }),
      {},
      'is not applied at this revision yet',
    ],
    ['is to be applied under other settings', state({ work: 'other' }), {}, 'is not applied at this revision yet'],
    ['rolls out', state({ phase: 'progressing' }), {}, 'is not healthy yet'],
    [
      'failed',
      state({ phase: 'failed', problems: [{ object: 'Job db/init', message: 'no' }] }),
      {},
      'failed: Job db/init: no',
    ],
    ['is held', state({ phase: 'held', problems: [{ message: 'too much' }] }), {}, 'is held: too much'],
    ['waits', state({ phase: 'waiting', artifact: undefined }), {}, 'waits itself'],
    ['is suspended', state({}), { settings: someSettings({ suspend: true }) }, 'is suspended'],
    ['could not be rendered', state({}), { problems: [{ message: 'x' }] }, 'could not be rendered at this revision'],
    ['never could be rendered', undefined, { artifact: undefined }, 'could not be rendered at this revision'],
  ])('waits, and says why, when the other %s', (_name, found, part, reason) => {
    expect(waitsBecause(found, part)).toEqual([`waits for "db", which ${reason}`]);
  });
});
