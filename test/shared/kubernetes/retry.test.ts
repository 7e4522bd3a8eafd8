import { describe, expect, it } from 'vitest';
import { decideRetry, type Ending } from '../../../shared/kubernetes/retry.ts';

const answer = (status: number, message = '', retryAfterSeconds?: number): Ending => ({
  status,
  message,
  retryAfterSeconds,
});
const decide = (ending: Ending, attempt = 1, remaining = 60_000) =>
  decideRetry({ ending, attempt, remaining, random: 1 });

describe('whether a request is sent again', () => {
  it.each([
    ['fault 41: no answer', 'no answer' as const, 200],
    ['fault 41: 500', answer(500, 'etcdserver: leader changed'), 200],
    ['fault 41: 502', answer(502), 200],
    ['fault 41: 503 that says when', answer(503, '', 2), 2000],
    ['fault 40: 429 that says when', answer(429, '', 3), 3000],
    ['fault 40: 429 that does not', answer(429), 200],
    ['fault 38: two writers met', answer(409, 'the object has been modified; please apply your changes'), 200],
  ])('%s: yes, after %j ms', (_, ending, wait) => {
    expect(decide(ending)).toBe(wait);
  });

  it.each([
    ['fault 41: a manifest that fits no schema', answer(500, 'failed to create typed patch object (a/b): .x')],
    ['501', answer(501)],
    ['fault 38: a conflict of managers', answer(409, 'Apply failed with 1 conflict')],
    ['another uid', answer(409, 'the UID in the precondition (a) does not match')],
    ['fault 43: 422', answer(422)],
    ['403', answer(403)],
    ['401', answer(401)],
    ['200', answer(200)],
  ])('%s: no', (_, ending) => {
    expect(decide(ending)).toBeUndefined();
  });

  it('waits longer each time, and gives up', () => {
    expect([1, 2, 3, 4].map((attempt) => decide('no answer', attempt))).toEqual([200, 400, 800, undefined]);
  });

  it('is patient with a server that throttles', () => {
    expect(decide(answer(429, '', 1), 19)).toBe(1000);
    expect(decide(answer(429, '', 1), 20)).toBeUndefined();
  });

  it('fault 54: waits no longer than there is time', () => {
    expect(decide(answer(429, '', 5), 1, 4_999)).toBeUndefined();
  });

  it('spreads the waits', () => {
    expect(decideRetry({ ending: 'no answer', attempt: 1, remaining: 9_999, random: 0 })).toBe(100);
  });
});
