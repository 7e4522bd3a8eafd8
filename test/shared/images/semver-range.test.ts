import { readFileSync } from 'node:fs';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { parseRange } from '../../../shared/images/semver-range.ts';
import { parseVersion, type Version } from '../../../shared/images/semver-version.ts';

type Oracle = { versions: string[]; cases: { range: string; includes: string[] | null }[] };

const oracle: Oracle = JSON.parse(
  readFileSync(new URL('../../fixtures/semver/masterminds.json', import.meta.url), 'utf8'),
);

const versionOf = (text: string) => parseVersion(text) as Version;

function included(range: string): string[] | null {
  const parsed = parseRange(range);
  return parsed ? oracle.versions.filter((version) => parsed.includes(versionOf(version))) : null;
}

type Many = { versions: string[]; ranges: Record<string, string | null> };

const many: Many = JSON.parse(
  readFileSync(new URL('../../fixtures/semver/masterminds-many.json', import.meta.url), 'utf8'),
);
const versions = many.versions.map(versionOf);

const includedByJavaScript = (range: string) =>
  semver.validRange(range) === null ? null : oracle.versions.filter((version) => semver.satisfies(version, range));

describe('parseRange', () => {
  test.each(oracle.cases)('reads "$range" as Masterminds/semver does', ({ range, includes }) => {
    expect(included(range)).toEqual(includes);
  });

  test('reads hundreds of random ranges as Masterminds/semver does, for each of 72 versions', () => {
    const answers = Object.keys(many.ranges).map((range) => {
      const parsed = parseRange(range);
      return [range, parsed ? versions.map((version) => (parsed.includes(version) ? '1' : '0')).join('') : null];
    });
    expect(answers).toHaveLength(500);
    expect(Object.fromEntries(answers)).toEqual(many.ranges);
  });

  /** Where the JavaScript library would have answered differently: what users of Flux and Helm expect is in the first column. */
  test.each([
    { range: '>=1.0.0-0 <2.0.0', version: '1.2.0-beta', ours: true, javascript: false },
    { range: '>=1.0.0-0 <2.0.0', version: '2.0.0-rc.1', ours: true, javascript: false },
    { range: '^1.2.3-alpha', version: '1.2.4-rc.1', ours: true, javascript: false },
    { range: '>=0.0.0-0', version: '1.0.0-alpha', ours: true, javascript: false },
    { range: '~0.0.0', version: '10.0.0', ours: true, javascript: false },
    { range: '^*', version: '1.0.0', ours: false, javascript: true },
  ])('"$range" and $version: $ours, for the JavaScript library $javascript', ({ range, version, ours, javascript }) => {
    expect(included(range)?.includes(version)).toBe(ours);
    expect(semver.satisfies(version, range)).toBe(javascript);
  });

  test.each(['>=1.0.0, <2.0.0', '!=1.2.3', '=>1.2', '=<1.2', '01.2', '<2-0'])(
    'reads "%s", which the JavaScript library does not',
    (range) => {
      expect(included(range)).not.toBeNull();
      expect(includedByJavaScript(range)).toBeNull();
    },
  );

  test.each(['', '||', '1 ||', '|| 1'])('refuses "%s", which the JavaScript library reads', (range) => {
    expect(included(range)).toBeNull();
    expect(includedByJavaScript(range)).not.toBeNull();
  });

  test.each(['1.x|2', '1.X| 10', '1|2.x'])(
    'refuses "%s", of which Masterminds/semver takes the "|" for a digit',
    (range) => {
      expect(parseRange(range)).toBeUndefined();
    },
  );

  test('reads a hyphen range that directly follows "||", on which Masterminds/semver stumbles', () => {
    expect(included('0.1.x||1.2 - 2')).toEqual([
      ...(included('0.1.x') as string[]),
      ...(included('1.2 - 2') as string[]),
    ]);
  });

  test('refuses more than 512 characters and more than 32 alternatives', () => {
    expect(parseRange('1'.padEnd(513, ' '))).toBeUndefined();
    expect(parseRange(Array(33).fill('1').join('||'))).toBeUndefined();
    expect(parseRange(Array(32).fill('1').join('||'))).toBeDefined();
  });

  test.each([
    `${'1  '.repeat(160)}!`,
    `${' '.repeat(500)}!`,
    `1.${'0'.repeat(400)}!`,
    `${'1 - '.repeat(120)}!`,
    `1-${'a.'.repeat(240)}!`,
  ])('fault 23: reads hostile text in no time (case %#)', (range) => {
    const began = performance.now();
    expect(parseRange(range)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(200);
  });
});
