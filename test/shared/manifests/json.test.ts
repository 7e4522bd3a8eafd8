import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../shared/manifests/canonical.ts';
import { parseJson, stringifyJson } from '../../../shared/manifests/json.ts';

/** JSON text without needless spaces, with numbers that JavaScript would write differently. */
const numberText = fc.oneof(
  fc.maxSafeInteger().map(String),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom('1.0', '-0', '0.0', '-0.0', '1e3', '1.0e3', '1E+3', '12345678901234567890', '1.50', '1e-7'),
);
const { text: jsonText } = fc.letrec<{ text: string }>((again) => ({
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberText,
    fc
      .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(': 1.0,', '12345678901234567890', '[-0]'))
      .map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null', '{}', '[]'),
    fc.array(again('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(
        fc.tuple(
          fc.string().filter((key) => !/^\d+$/.test(key)),
          again('text'),
        ),
        { selector: ([key]) => key, maxLength: 4 },
      )
      .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  ),
}));

describe('JSON', () => {
  it('comes out with every number as it went in', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(stringifyJson(parseJson(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same with spaces between', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const indented = JSON.stringify(parseJson(text), undefined, 2);
        expect(stringifyJson(parseJson(indented))).toBe(text);
      }),
    );
  });

  it('keeps integers that JavaScript cannot hold', () => {
    const text = '{"a":9007199254740993,"b":[12345678901234567890,1],"c":"12345678901234567890"}';
    expect(stringifyJson({ ...(parseJson(text) as object) })).toBe(text);
  });

  it('leaves usual numbers as numbers', () => {
    expect(parseJson('{"a":1,"b":1.5,"c":[-3,1e+21],"d":123456789012345}')).toEqual({
      a: 1,
      b: 1.5,
      c: [-3, 1e21],
      d: 123456789012345,
    });
  });

  it('has one canonical text, whatever the order of the keys', () => {
    const one = parseJson('{"b":{"y":9007199254740993,"x":[2,1]},"a":1.0}');
    const other = parseJson('{"a":1.0,"b":{"x":[2,1],"y":9007199254740993}}');
    expect(canonicalJson(one)).toBe(canonicalJson(other));
    expect(canonicalJson(one)).toBe('{"a":1.0,"b":{"x":[2,1],"y":9007199254740993}}');
  });
});
