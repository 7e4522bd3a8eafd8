import { describe, expect, test } from 'vitest';
import { compilePattern, extractorFor, unknownGroups } from '../../../shared/images/pattern.ts';

/** As in Go: what stands in braces ends there. */
const braced = (name: string) => `\${${name}}`;

describe('extractorFor', () => {
  test.each([
    { pattern: '^main-', extract: undefined, tag: 'main-1', expected: 'main-1' },
    { pattern: '^main-', extract: undefined, tag: 'dev-1', expected: undefined },
    { pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)', extract: '$ts', tag: 'main-ab12-42-x', expected: '42' },
    { pattern: '(?<ts>[0-9]+)', extract: braced('ts'), tag: 'main-42', expected: '42' },
    { pattern: '(\\d+)-(\\d+)', extract: '$2.$1', tag: '1-2', expected: '2.1' },
    { pattern: '(\\d+)', extract: `${braced('1')}0`, tag: 'x7', expected: '70' },
    { pattern: 'x(a)?', extract: '[$1]', tag: 'x', expected: '[]' },
    { pattern: 'x', extract: '$$1', tag: 'x', expected: '$1' },
    { pattern: 'x.', extract: '$0', tag: 'axb', expected: 'xb' },
  ])('$pattern and $extract make $expected of $tag', ({ pattern, extract, tag, expected }) => {
    expect(extractorFor({ pattern, extract })(tag)).toBe(expected);
  });
});

test.each(['(', 'a{1001}', '(?=x)', '(a)\\1', 'x'.repeat(513)])('%s can not be read', (pattern) => {
  expect(compilePattern(pattern)).toBeUndefined();
});

test.each([
  ['$ts-$1-$0', []],
  [`$tsx ${braced('nope')} $2`, ['tsx', 'nope', '2']],
  ['toString $$x', []],
  ['$toString', ['toString']],
])('in "%s", %j are no groups', (extract, expected) => {
  expect(unknownGroups({ pattern: '(?P<ts>x)', extract })).toEqual(expected);
});

test('fault 23: a hostile pattern on hostile tags takes no time', () => {
  const extract = extractorFor({ pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' });
  const began = performance.now();
  for (let count = 0; count < 1000; count += 1) expect(extract('a'.repeat(128))).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2000);
});
