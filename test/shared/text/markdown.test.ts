import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, code, fenced, htmlCode } from '../../../shared/text/markdown.ts';
import { oneLine } from '../../../shared/text/one-line.ts';
import { hostileText } from '../../support/hostile.ts';
import { skeletonOf } from '../../support/markdown-skeleton.ts';

describe('hostile text on one line', () => {
  it.each([
    ['a\nb\r\nc\u2028d', 'a b c d'],
    ['\u202Egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u200Bb', 'a\\u{200b}b'],
    ['\uD800', '\\u{d800}'],
    ['ä 👍', 'ä 👍'],
  ])('%j reads %j', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it('is cut between two characters, never within one', () => {
    expect(oneLine('👍'.repeat(400), 3)).toBe('👍👍…');
    expect(oneLine('abc', 3)).toBe('abc');
  });
});

describe('hostile text in Markdown', () => {
  it('fault 63: is one code span, one cell, one line of HTML code, whatever it is', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(skeletonOf(code(text))).toBe('CODE');
        expect(cell(text).replaceAll('\\|', '')).not.toContain('|');
        expect(skeletonOf(htmlCode(text))).toBe('HTMLCODE');
      }),
      { numRuns: 500 },
    );
  });

  it('ends no fence that it stands in', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 6 }), (lines) => {
        expect(skeletonOf(fenced('diff', lines))).toBe('FENCE diff\nEND');
      }),
      { numRuns: 300 },
    );
  });
});
