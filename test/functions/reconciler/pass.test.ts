import { describe, expect, it } from 'vitest';
import { isSuccess, measurementsOf, type Pass } from '../../../functions/reconciler/pass.ts';
import { createTell } from '../../../functions/reconciler/tell.ts';
import type { ApplicationState, DriftedField } from '../../../shared/state/types.ts';
import { aDesired, anApplicationState } from '../../support/examples.ts';

const now = new Date('2026-01-02T12:00:00.000Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const aPass = (part: Partial<Pass> = {}): Pass => ({
  did: 'apply',
  desired: aDesired(),
  before: anApplicationState({ applied: 'sha256:1' }),
  after: anApplicationState({ applied: 'sha256:2', counts: { objects: 9, changed: 3, pruned: 1 } }),
  milliseconds: 1500,
  failure: undefined,
  ...part,
});
const measured = (part: Partial<Pass>) => measurementsOf(aPass(part), { now, memorySeconds: 3600 });
const valuesOf = (part: Partial<Pass>) => Object.assign({}, ...measured(part).map(({ values }) => values));

describe('a pass that applied', () => {
  it('is measured by its time and by what it changed, with all that a search would ask for', () => {
    const { environment, application, revision } = anApplicationState();
    expect(measured({})).toEqual([
      {
        values: { ReconcileSeconds: 1.5, ObjectsChanged: 4 },
        details: { environment, application, revision, did: 'apply', phase: 'healthy' },
      },
    ]);
  });

  it('tells how long ago the image was pushed, once for each artifact', () => {
    const desired = aDesired({ pushedAt: minutesAgo(1) });
    expect(valuesOf({ desired })).toMatchObject({ PushToAppliedSeconds: 60 });
    const before = anApplicationState({ applied: 'sha256:2' });
    expect(valuesOf({ desired, before })).not.toHaveProperty('PushToAppliedSeconds');
    const after = anApplicationState({ applied: 'sha256:1', phase: 'failed' });
    expect(valuesOf({ desired, after })).not.toHaveProperty('PushToAppliedSeconds');
  });

  it.each([
    ['was chosen long after it was pushed', minutesAgo(60 * 25)],
    ['is not what the commit is about', undefined],
  ])('tells nothing of an image that %s', (_, pushedAt) => {
    const desired = aDesired(pushedAt === undefined ? {} : { pushedAt });
    expect(valuesOf({ desired })).not.toHaveProperty('PushToAppliedSeconds');
  });
});

describe('a look at the cluster', () => {
  const field = (name: string, corrected: boolean): DriftedField => ({
    object: 'Deployment staging/web',
    field: name,
    message: '2 → 5',
    corrected,
  });
  const looked = (before: ApplicationState['drift'], after: ApplicationState['drift']) =>
    valuesOf({
      did: 'check',
      before: anApplicationState({ drift: before }),
      after: anApplicationState({ drift: after }),
    });

  it('says nothing while all is well, and nothing twice', () => {
    expect(measured({ did: 'check', after: anApplicationState() })).toEqual([]);
    const drift = { at: minutesAgo(5), differences: [field('spec.replicas', false)] };
    expect(looked(drift, drift)).toEqual({});
  });

  it('counts the fields that differ', () => {
    const differences = [field('spec.replicas', true), field('spec.paused', false)];
    expect(looked(undefined, { at: minutesAgo(0), differences })).toEqual({ DriftFound: 2 });
  });

  it('counts what was put back and differs again within the hour', () => {
    const before = { at: minutesAgo(5), differences: [field('spec.replicas', true), field('spec.paused', false)] };
    const after = { at: minutesAgo(0), differences: [field('spec.replicas', true), field('spec.paused', true)] };
    expect(looked(before, after)).toEqual({ DriftFound: 2, RepeatedDrift: 1 });
    expect(looked({ ...before, at: minutesAgo(90) }, after)).toEqual({ DriftFound: 2 });
  });
});

describe('a pass that failed', () => {
  it.each([
    ['failed', 'unavailable', 'unavailable'],
    ['failed', undefined, 'unhealthy'],
    ['held', undefined, 'held'],
  ] as const)('in phase %s, because of %s, is a failure of the kind %s', (phase, failure, kind) => {
    const failures = measured({ after: anApplicationState({ phase }), failure }).filter(
      ({ values }) => values.Failures,
    );
    expect(failures).toMatchObject([{ values: { Failures: 1 }, dimensions: { kind } }]);
  });

  it('is none once the rollout goes on', () => {
    expect(valuesOf({ after: anApplicationState({ phase: 'progressing' }) })).not.toHaveProperty('Failures');
  });
});

describe('a success', () => {
  it.each<[Pass['did'], ApplicationState['phase'], boolean]>([
    ['apply', 'healthy', true],
    ['check', 'progressing', true],
    ['remove', 'removed', true],
    ['check', 'failed', false],
    ['hold', 'held', false],
    ['suspend', 'suspended', false],
    ['wait', 'waiting', false],
  ])('%s that ends %s: %s', (did, phase, expected) => {
    expect(isSuccess(aPass({ did, after: anApplicationState({ phase }) }))).toBe(expected);
  });

  it('is remembered of its environment, at most once a minute', async () => {
    let time = now.getTime();
    const written: string[] = [];
    const tell = createTell({
      measure: () => undefined,
      successes: { writeSuccess: async (environment, at) => void written.push(`${environment} ${at.toISOString()}`) },
      clock: { now: () => new Date(time) },
      driftSeconds: 300,
    });
    const pass = aPass();
    await tell(aPass({ after: anApplicationState({ phase: 'failed' }) }));
    await tell(pass);
    await tell(pass);
    await tell(aPass({ after: anApplicationState({ environment: 'production' }) }));
    time += 60_000;
    await tell(pass);
    expect(written).toEqual([
      'staging 2026-01-02T12:00:00.000Z',
      'production 2026-01-02T12:00:00.000Z',
      'staging 2026-01-02T12:01:00.000Z',
    ]);
  });
});
