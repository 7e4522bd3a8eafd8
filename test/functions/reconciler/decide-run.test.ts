import { describe, expect, it } from 'vitest';
import { decideRun, type Situation } from '../../../functions/reconciler/decide-run.ts';
import type { Release, ReleaseEntry } from '../../../shared/artifacts/release.ts';
import { workOf } from '../../../shared/state/standing.ts';
import type { ApplicationState, Desired } from '../../../shared/state/types.ts';

const settings = {
  cluster: 'main',
  namespace: 'n',
  allowedNamespaces: ['n'],
  allowedClusterKinds: [],
  secrets: 'refuse',
  prune: true,
  drift: 'correct',
  conflicts: 'fail',
  dependsOn: [],
  timeoutSeconds: 300,
  suspend: false,
} as const;
const entry = {
  path: 'web',
  inputs: 'i',
  artifact: { digest: 'new', objects: 1, revision: 'r' },
  problems: [],
  settings: { ...settings },
} as unknown as ReleaseEntry;
const desired: Desired = {
  environment: 'staging',
  repository: 'o/r',
  branch: 'b',
  sequence: 2,
  revision: 'r2',
  release: 'k',
  at: 't',
};
const releaseOf = (applications: Release['applications']): Release => ({
  environment: 'staging',
  revision: 'r2',
  applications,
});

const state = (changes: Partial<ApplicationState> = {}): ApplicationState => ({
  environment: 'staging',
  application: 'web',
  version: 1,
  sequence: 1,
  revision: 'r1',
  phase: 'healthy',
  problems: [],
  counts: { objects: 1, changed: 1, pruned: 0 },
  at: 't',
  artifact: 'new',
  applied: 'new',
  work: workOf(entry),
  ...changes,
});

const situation = (changes: Partial<Situation> & { mode?: 'apply' | 'check' } = {}): Situation => ({
  message: {
    kind: 'reconciliation',
    environment: 'staging',
    application: 'web',
    mode: changes.mode ?? 'apply',
    cause: 'c',
  },
  state: 'state' in changes ? changes.state : state(),
  desired: 'desired' in changes ? changes.desired : desired,
  release: 'release' in changes ? changes.release : releaseOf({ web: entry }),
  stateOf: changes.stateOf ?? (() => undefined),
});

const suspended = { ...entry, settings: { ...entry.settings, suspend: true } };
const { artifact: _, ...unrendered } = entry;
const dependent = { ...entry, settings: { ...entry.settings, dependsOn: ['db'] } };
const db = { ...entry, path: 'db' };
const withDb = releaseOf({ web: dependent, db });
const waiting = (changes: Partial<ApplicationState> = {}) =>
  state({ phase: 'waiting', artifact: 'old', applied: 'old', sequence: 2, problems: [dbIsNew], ...changes });
const dbIsNew = { message: 'waits for "db", which is not applied at this revision yet' };
const oldDb = () => state({ application: 'db', artifact: 'old', applied: 'old' });
const moved = { ...entry, settings: { ...entry.settings, namespace: 'other' } };

describe('what there is to do', () => {
  it.each<[string, Parameters<typeof situation>[0], string]>([
    ['no revision yet', { desired: undefined, release: undefined }, 'nothing'],
    ['never rendered', { release: releaseOf({ web: unrendered }), state: undefined }, 'nothing'],
    ['a new application', { state: undefined }, 'apply'],
    ['a new application, found by a tick', { state: undefined, mode: 'check' }, 'apply'],
    ['another artifact', { state: state({ artifact: 'old', applied: 'old' }) }, 'apply'],
    [
      'another artifact, found by a tick',
      { state: state({ artifact: 'old', applied: 'old' }), mode: 'check' },
      'apply',
    ],
    ['other settings', { release: releaseOf({ web: moved }) }, 'apply'],
    ['applied and healthy', {}, 'nothing'],
    ['applied and on its way', { state: state({ phase: 'progressing' }) }, 'judge'],
    ['applied and not healthy', { state: state({ phase: 'failed' }) }, 'judge'],
    [
      'applied, and hindered when it was last looked at',
      { state: state({ phase: 'failed', next: { at: 't', why: 'retry', attempt: 1 } }) },
      'check',
    ],
    ['a look for drift', { mode: 'check' }, 'check'],
    ['a look for drift while it is on its way', { mode: 'check', state: state({ phase: 'progressing' }) }, 'check'],
    ['fault 48: killed while applying', { state: state({ phase: 'applying', work: undefined }) }, 'apply'],
    [
      'fault 48: killed while applying, found by a tick',
      { state: state({ phase: 'applying', work: undefined }), mode: 'check' },
      'apply',
    ],
    [
      'fault 48: killed while applying something else, and taken back',
      { state: state({ artifact: 'other', work: undefined, phase: 'applying' }) },
      'apply',
    ],
    ['failed, and due again', { state: state({ phase: 'failed', applied: 'old', work: undefined }) }, 'apply'],
    [
      'failed, between its attempts',
      { state: state({ phase: 'failed', applied: 'old', work: undefined }), mode: 'check' },
      'check',
    ],
    ['held', { state: state({ phase: 'held', applied: 'old', work: undefined }), mode: 'check' }, 'check'],
    ['suspended now', { release: releaseOf({ web: suspended }) }, 'suspend'],
    ['suspended already', { release: releaseOf({ web: suspended }), state: state({ phase: 'suspended' }) }, 'nothing'],
    ['no longer suspended', { state: state({ phase: 'suspended' }) }, 'judge'],
    ['a dependant of what is not applied yet', { release: withDb, state: undefined }, 'wait'],
    [
      'a dependant of what is healthy at an older revision',
      { release: withDb, state: undefined, stateOf: oldDb },
      'wait',
    ],
    ['a dependant of what is healthy', { release: withDb, state: undefined, stateOf: () => state() }, 'apply'],
    ['a dependant that says already why it waits', { release: withDb, state: waiting(), stateOf: oldDb }, 'nothing'],
    [
      'a dependant that waits at another revision than it says',
      { release: withDb, state: waiting({ sequence: 1 }), stateOf: oldDb },
      'wait',
    ],
    [
      'a dependant that waits for another reason than it says',
      { release: withDb, state: waiting(), stateOf: () => state({ phase: 'failed' }) },
      'wait',
    ],
    ['a look for drift at a dependant that waits', { release: withDb, state: waiting(), mode: 'check' }, 'check'],
    [
      'a look for drift at a dependant that was never applied',
      { release: withDb, state: undefined, mode: 'check' },
      'wait',
    ],
    ['a dependant that waits no longer', { release: withDb, state: waiting(), stateOf: () => state() }, 'apply'],
    [
      'fault 48: a dependant that was killed while applying',
      { release: withDb, state: state({ phase: 'applying', work: undefined }) },
      'apply',
    ],
    [
      'a dependant that runs what it should',
      { release: withDb, state: state({ work: workOf(dependent) }), stateOf: oldDb },
      'nothing',
    ],
    ['taken out of Git', { release: releaseOf({ other: entry }) }, 'remove'],
    ['taken out of Git, and gone', { release: releaseOf({ other: entry }), state: undefined }, 'nothing'],
    ['fault 16: a release without any application', { release: releaseOf({}) }, 'hold'],
    ['fault 16: the same, held already', { release: releaseOf({}), state: state({ phase: 'held' }) }, 'nothing'],
  ])('%s', (_, changes, todo) => {
    expect(decideRun(situation(changes)).do).toBe(todo);
  });
});
