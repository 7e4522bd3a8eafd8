import { describe, expect, it } from 'vitest';
import {
  decideResult,
  type Findings,
  maximumProblems,
  nothingFound,
  type RunFailure,
} from '../../../functions/reconciler/decide-result.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
type Previous = Pick<ApplicationState, 'next' | 'phase' | 'since' | 'lastSuccess'>;

const decide = (findings: Partial<Findings>, previous: Partial<Previous> = {}) =>
  decideResult(
    { ...nothingFound, ...findings },
    { previous: { phase: 'applying', since: at(-10), ...previous }, now, timeoutSeconds: 300 },
  );

const failure = (retryable: boolean, message = 'no'): RunFailure => ({ problem: { message }, retryable });
const waiting = [{ object: 'Deployment n/web', message: '1 of 2 pods are available' }];
const retry = (attempt: number) => ({ phase: 'failed' as const, next: { at: 't', why: 'retry' as const, attempt } });

describe('how an application stands after a run', () => {
  it('healthy, with nothing to come back for', () => {
    expect(decide({})).toEqual({ phase: 'healthy', problems: [], next: undefined, since: at(-10), lastSuccess: at(0) });
  });

  it('on its way, and looked at again soon', () => {
    expect(decide({ waiting })).toMatchObject({
      phase: 'progressing',
      problems: waiting,
      next: { at: at(15), why: 'health' },
    });
  });

  it('looked at again no later than its time is up', () => {
    expect(decide({ waiting }, { since: at(-290) }).next?.at).toBe(at(10));
  });

  it('fault 51: failed when its time is up, with the reason', () => {
    expect(decide({ waiting }, { since: at(-300) })).toMatchObject({
      phase: 'failed',
      problems: [{ object: 'Deployment n/web', message: 'not ready after 300 s: 1 of 2 pods are available' }],
      next: { why: 'health' },
    });
  });

  it('failed at once where it will not get better', () => {
    expect(decide({ waiting, unhealthy: [{ message: 'ProgressDeadlineExceeded' }] })).toMatchObject({
      phase: 'failed',
      problems: [{ message: 'ProgressDeadlineExceeded' }],
    });
  });

  it('begins anew for what waited for others, however long that took', () => {
    expect(decide({ waiting }, { phase: 'waiting', since: at(-9999) })).toMatchObject({
      phase: 'progressing',
      since: at(0),
    });
  });

  it('waits anew when something that was healthy no longer is', () => {
    expect(decide({ waiting }, { phase: 'healthy', since: at(-9999), lastSuccess: at(-60) })).toMatchObject({
      phase: 'progressing',
      since: at(0),
      lastSuccess: at(-60),
    });
  });

  it('fault 56: comes back at once when time was up, without counting it as a failure', () => {
    expect(decide({ isUnfinished: true, failures: [failure(false)] }, retry(3))).toMatchObject({
      phase: 'applying',
      next: { at: at(0), why: 'retry', attempt: 3 },
    });
  });
});

describe('backoff', () => {
  it.each([
    [0, 15, 1],
    [1, 30, 2],
    [4, 240, 5],
    [9, 600, 10],
  ])('after %i attempts, what may pass is tried again in %i s', (attempts, seconds, attempt) => {
    const previous = attempts === 0 ? {} : retry(attempts);
    expect(decide({ failures: [failure(true), failure(false)] }, previous).next).toEqual({
      at: at(seconds),
      why: 'retry',
      attempt,
    });
  });

  it.each([
    [0, 600],
    [1, 1200],
    [5, 3600],
  ])('after %i attempts, what a person must mend is tried again in %i s', (attempts, seconds) => {
    const previous = attempts === 0 ? {} : retry(attempts);
    expect(decide({ failures: [failure(false)] }, previous).next?.at).toBe(at(seconds));
  });
});

it('keeps within what an item of the state table holds', () => {
  const failures = Array.from({ length: 200 }, (_, index) => failure(false, `problem ${index}`));
  const { problems } = decide({ failures });
  expect(problems).toHaveLength(maximumProblems + 1);
  expect(problems.at(-1)).toEqual({ message: 'and 150 more problems' });
});
