import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion, type Version } from '../../../shared/images/semver-version.ts';

type Oracle = { tags: Record<string, boolean>; order: string[] };

const oracle: Oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/semver/masterminds-many.json', import.meta.url), 'utf8'),
);

const signs = ['<', '=', '>'];
const compared = (one: string, other: string) =>
  compareVersions(parseVersion(one) as Version, parseVersion(other) as Version);

describe('parseVersion', () => {
  test.each(Object.entries(oracle.tags))('"%s": %s, as for Flux', (tag, isVersion) => {
    expect(parseVersion(tag) !== undefined).toBe(isVersion);
  });

  test('reads what the JavaScript library reads, however odd', () => {
    const part = fc.constantFrom('0', '1', '01', '10', '', '-', 'a', 'alpha', '1a', '.', '+', 'v', '=', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), fc.constantFrom('', '1.2.', '1.2.3-', '1.2.3+'), (parts, start) => {
        const text = start + parts.join('');
        fc.pre(!/^[\s=]|\s$/.test(text));
        expect(parseVersion(text) !== undefined).toBe(semver.parse(text) !== null);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('compareVersions', () => {
  const versions = Object.keys(oracle.tags).filter((tag) => oracle.tags[tag]);

  test.each(versions.map((version, index) => [version, oracle.order[index]]))(
    'puts "%s" where Masterminds/semver does',
    (version, order) => {
      expect(versions.map((other) => signs[compared(version, other) + 1]).join('')).toBe(order);
    },
  );

  test('orders as the JavaScript library does', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const identifier = fc.oneof(number.map(String), fc.constantFrom('alpha', 'beta', 'rc', '1a', '-', 'A'));
    const version = fc
      .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
      .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`);
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(compared(one, other)).toBe(semver.compare(one, other));
      }),
      { numRuns: 2_000 },
    );
  });
});
