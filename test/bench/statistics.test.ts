import { describe, expect, it } from 'vitest';
import { median, percentile } from '../../bench/statistics.ts';

describe('statistics', () => {
  it.each([
    { values: [5], middle: 5, p95: 5 },
    { values: [10, 9, 1, 2, 3], middle: 3, p95: 10 },
    { values: Array.from({ length: 100 }, (_, index) => 100 - index), middle: 50, p95: 95 },
  ])('takes values that were measured: $middle and $p95 of $values', ({ values, middle, p95 }) => {
    expect([median(values), percentile(values, 95)]).toEqual([middle, p95]);
  });

  it('leaves the values as they are', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
