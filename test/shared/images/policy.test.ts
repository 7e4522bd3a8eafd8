import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latest } from '../../../shared/images/policy.ts';
import type { ImageVersion } from '../../../shared/images/ports.ts';
import { digestOf, versionsOf } from './versions.ts';

const now = new Date('2026-01-02T12:00:00Z');
const semver = (range: string) => ({ semver: { range } });
const chosenTag = (versions: ImageVersion[], range: string) => {
  const choice = latest(versions, semver(range), now);
  return choice.outcome === 'chosen' ? choice.version.tag : undefined;
};

describe('latest, by a semver range', () => {
  test.each([
    { tags: ['1.0.0', '1.2.0', '1.1.0'], range: '1.x', chosen: '1.2.0' },
    { tags: ['1.9.0', '1.10.0'], range: '1.x', chosen: '1.10.0' },
    { tags: ['1.0.0', '2.0.0'], range: '<2', chosen: '1.0.0' },
    { tags: ['1.0.0', '1.1.0-rc.1'], range: '1.x', chosen: '1.0.0' },
    { tags: ['1.0.0', '1.1.0-rc.1'], range: '>=1.0.0-0', chosen: '1.1.0-rc.1' },
    { tags: ['1.1.0-rc.2', '1.1.0-rc.10', '1.1.0'], range: '>=1.0.0-0', chosen: '1.1.0' },
    { tags: ['v1.0.0', 'v1.1.0'], range: '1.x', chosen: 'v1.1.0' },
    { tags: ['latest', 'main', '1.0.0'], range: '*', chosen: '1.0.0' },
    { tags: ['1.2', '1', '1.0.0'], range: '*', chosen: '1.0.0' },
    { tags: ['1.0.20260101120000124', '1.0.20260101120000123'], range: '1.x', chosen: '1.0.20260101120000124' },
    { tags: ['1.0.0-20260101120000124', '1.0.0-20260101120000123'], range: '*-0', chosen: '1.0.0-20260101120000124' },
    { tags: ['2.0.0'], range: '1.x', chosen: undefined },
    { tags: [], range: '*', chosen: undefined },
  ])('of $tags, "$range" chooses $chosen', ({ tags, range, chosen }) => {
    expect(chosenTag(versionsOf(...tags), range)).toBe(chosen);
  });

  test('fault 3: the order in which versions come has no influence', () => {
    const versions = versionsOf('1.0.0', 'v1.1.0', '1.1.0', '1.0.9', 'latest', '0.9.0');
    fc.assert(
      fc.property(fc.shuffledSubarray(versions, { minLength: versions.length }), (shuffled) => {
        expect(chosenTag(shuffled, '*')).toBe('1.1.0');
      }),
    );
  });

  test('of two tags of the same version, the one pushed last is chosen', () => {
    const [plain, prefixed] = versionsOf('1.0.0', 'v1.0.0') as [ImageVersion, ImageVersion];
    expect(chosenTag([plain, { ...prefixed, pushedAt: new Date(1) }], '*')).toBe('v1.0.0');
    expect(chosenTag([{ ...plain, pushedAt: new Date(1) }, prefixed], '*')).toBe('1.0.0');
  });

  test('says for every other version why it was not chosen', () => {
    const choice = latest(versionsOf('1.0.0', '1.1.0', '2.0.0', '1.2.0-rc.1', 'latest'), semver('1.x'), now);
    expect(choice).toMatchObject({ outcome: 'chosen', version: { tag: '1.1.0' } });
    expect(choice.excluded.map(({ version, reason }) => `${version.tag} ${reason}`)).toEqual([
      '1.0.0 is not newer than 1.1.0',
      '2.0.0 is outside the range "1.x"',
      '1.2.0-rc.1 is outside the range "1.x"',
      'latest is not a semantic version',
    ]);
  });

  test('says what was looked for when there is nothing to choose', () => {
    expect(latest(versionsOf('2.0.0', 'latest'), semver('1.x'), now)).toMatchObject({
      outcome: 'none',
      reason: 'none of the 2 tagged images satisfies the range "1.x"',
    });
  });

  test.each([
    `sha256-${'0'.repeat(64)}.sig`,
    `sha256-${'0'.repeat(64)}.att`,
    `sha256-${'0'.repeat(64)}.sbom`,
    `sha256-${'0'.repeat(64)}`,
  ])('fault 5: the tag %s is not a version', (tag) => {
    const choice = latest(versionsOf('1.0.0', tag), semver('*'), now);
    expect(choice).toMatchObject({ outcome: 'chosen', version: { tag: '1.0.0' } });
    expect(choice.excluded).toMatchObject([{ reason: 'is a signature, an SBOM or an attestation' }]);
  });

  test.each([
    { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', chosen: '1.0.0' },
    { artifactType: 'application/spdx+json', chosen: '1.0.0' },
    { artifactType: 'application/vnd.cncf.helm.config.v1+json', chosen: '1.0.0' },
    { artifactType: 'application/vnd.docker.container.image.v1+json', chosen: '1.1.0' },
    { artifactType: 'application/vnd.oci.image.config.v1+json', chosen: '1.1.0' },
    { artifactType: undefined, chosen: '1.1.0' },
  ])('fault 5: 1.1.0 of the type $artifactType, so $chosen is chosen', ({ artifactType, chosen }) => {
    const newer = { tag: '1.1.0', digest: digestOf('1.1.0'), ...(artifactType && { artifactType }) };
    expect(chosenTag([...versionsOf('1.0.0'), newer], '*')).toBe(chosen);
  });

  test.each([
    'v9;rm',
    '9.0.0+meta',
    '9.0.0 # x',
    '9.0.0\n',
    '9.0.0"',
    '９.0.0',
    '9.0.0-α',
    `9.0.0-${'a'.repeat(500)}`,
    '-9.0.0',
    '.9.0.0',
    '18446744073709551616.0.0',
    '9.0.0-01',
    '',
  ])('fault 23: the hostile tag %j is filtered', (tag) => {
    expect(chosenTag(versionsOf('1.0.0', tag), '>=0.0.0-0')).toBe('1.0.0');
  });

  test('fault 23: a digest that is none is filtered', () => {
    const hostile = { tag: '9.0.0', digest: `sha256:${'0'.repeat(63)}\n` };
    expect(chosenTag([...versionsOf('1.0.0'), hostile], '*')).toBe('1.0.0');
  });

  test('fault 22: 5,000 tags are judged in no time', () => {
    const tags = Array.from({ length: 5000 }, (_, index) => `1.${index % 100}.${Math.floor(index / 100)}`);
    const began = performance.now();
    expect(chosenTag(versionsOf(...tags), '>=1.0.0 <2.0.0')).toBe('1.99.49');
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
