import { describe, expect, it } from 'vitest';
import { type Urgency, waitBeforeWrite, withWrite } from '../../../shared/git/write-budget.ts';

const start = 1_767_322_800;
const at = (seconds: number) => new Date((start + seconds) * 1000);
const writesAt = (count: number, seconds: number) => Array.from({ length: count }, () => start + seconds);

describe('the budget of writes', () => {
  it.each<[string, number[], number, Urgency, number]>([
    ['is whole in the beginning', [], 0, 'outcome', 0],
    ['has room for outcomes where none is left for progress', writesAt(30, 0), 0, 'outcome', 0],
    ['keeps half of a minute from progress', writesAt(30, 0), 0, 'progress', 60],
    ['is used up for a minute', writesAt(60, 0), 20, 'outcome', 40],
    ['is there again after it', writesAt(60, 0), 60, 'outcome', 0],
    ['frees one write after the other', [...writesAt(10, 0), ...writesAt(50, 30)], 40, 'outcome', 20],
    ['is used up for an hour', [...writesAt(200, 0), ...writesAt(200, 600)], 1800, 'outcome', 1800],
    ['keeps half of an hour from progress', writesAt(200, 0), 1800, 'progress', 1800],
  ])('%s', (_name, writes, now, urgency, expected) => {
    expect(waitBeforeWrite(writes, at(now), urgency)).toBe(expected);
  });

  it('forgets what is older than an hour', () => {
    expect(withWrite(writesAt(3, 0), at(3600))).toEqual([start + 3600]);
    expect(withWrite(writesAt(3, 0), at(3599))).toHaveLength(4);
  });

  it('is never overdrawn, however much there is to write', () => {
    let writes: number[] = [];
    for (let second = 0; second < 7200; second += 1)
      for (let tries = 0; tries < 3; tries += 1)
        if (waitBeforeWrite(writes, at(second), 'outcome') === 0) writes = withWrite(writes, at(second));
    const inLast = (seconds: number) => writes.filter((each) => each > start + 7199 - seconds).length;
    expect(inLast(60)).toBeLessThanOrEqual(60);
    expect(inLast(3600)).toBeLessThanOrEqual(400);
    expect(inLast(3600)).toBeGreaterThan(350);
  });
});
