import { describe, expect, it } from 'vitest';
import { formatNumber, formatTable } from '../../../bench/reconcile/table.ts';

describe('a table', () => {
  it('is as wide as it needs to be', () => {
    const rows = [
      ['', 'seconds', 'x'],
      ['Plumbline', '0.1', '1'],
      ['Flux', '12.5', ''],
    ];
    expect(formatTable(rows)).toBe(
      ['             seconds  x', '  Plumbline      0.1  1', '  Flux          12.5'].join('\n'),
    );
  });

  it.each([
    [0.14321, '0.143'],
    [4.284, '4.28'],
    [17.61, '17.6'],
    [1234.5, '1,235'],
    [6, '6'],
    [0, '0'],
    [undefined, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});
