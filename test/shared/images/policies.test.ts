import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImagePolicy } from '../../../shared/config/environment.ts';
import { describePolicy } from '../../../shared/images/ordering-of.ts';
import { latest } from '../../../shared/images/policy.ts';
import type { ImageVersion } from '../../../shared/images/ports.ts';
import { digestOf, versionsOf } from './versions.ts';

const now = new Date('2026-01-02T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const pushed = (tag: string, minutes: number): ImageVersion => ({
  tag,
  digest: digestOf(tag),
  pushedAt: minutesAgo(minutes),
});
const chosenOf = (versions: ImageVersion[], policy: ImagePolicy) => {
  const choice = latest(versions, policy, now);
  return choice.outcome === 'chosen' ? choice.version.tag : undefined;
};
const reasonsOf = (versions: ImageVersion[], policy: ImagePolicy) =>
  latest(versions, policy, now).excluded.map(({ version, reason }) => `${version.tag} ${reason}`);

type Case = { policy: ImagePolicy; tags: string[]; chosen: string | undefined };
const mainBuilds = { pattern: '^main-[0-9a-f]+-(?P<ts>[0-9]+)$', extract: '$ts' };

describe('numerical', () => {
  const asc = { numerical: { order: 'asc' } } as const;
  const desc = { numerical: { order: 'desc' } } as const;
  test.each<Case>([
    { policy: asc, tags: ['9', '10', '2'], chosen: '10' },
    { policy: desc, tags: ['9', '10', '2'], chosen: '2' },
    { policy: asc, tags: ['1.5', '1.25', '1.50', 'x'], chosen: '1.5' },
    { policy: asc, tags: ['007', '6'], chosen: '007' },
    { policy: asc, tags: ['20260102120000123456', '20260102120000123457'], chosen: '20260102120000123457' },
    { policy: asc, tags: ['1e3', '0x10', '1_000', 'inf', '2'], chosen: '2' },
    { policy: asc, tags: ['a', 'b'], chosen: undefined },
    {
      policy: { ...asc, filter: mainBuilds },
      tags: ['main-ab12-9', 'main-cd34-10', 'dev-ef56-11'],
      chosen: 'main-cd34-10',
    },
    {
      policy: { numerical: { order: 'desc', filter: mainBuilds } },
      tags: ['main-ab12-9', 'main-cd34-10'],
      chosen: 'main-ab12-9',
    },
  ])('$policy of $tags chooses $chosen', ({ policy, tags, chosen }) => {
    expect(chosenOf(versionsOf(...tags), policy)).toBe(chosen);
  });

  test('orders any whole numbers as numbers', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 10n ** 40n }), { minLength: 1 }), (numbers) => {
        const [greatest] = numbers.toSorted((one, other) => (one < other ? 1 : -1));
        expect(chosenOf(versionsOf(...numbers.map(String)), asc)).toBe(String(greatest));
      }),
    );
  });
});

describe('alphabetical', () => {
  const asc = { alphabetical: { order: 'asc' } } as const;
  test.each<Case>([
    { policy: asc, tags: ['a', 'c', 'b'], chosen: 'c' },
    { policy: { alphabetical: { order: 'desc' } }, tags: ['b', 'a', 'c'], chosen: 'a' },
    { policy: asc, tags: ['a', 'Z'], chosen: 'a' },
    { policy: asc, tags: ['9', '10'], chosen: '9' },
    {
      policy: { ...asc, filter: { pattern: '^RELEASE\\.(?P<at>.+)Z$', extract: '$at' } },
      tags: ['RELEASE.2026-01-02T03Z', 'RELEASE.2025-12-31T23Z', 'latest'],
      chosen: 'RELEASE.2026-01-02T03Z',
    },
  ])('$policy of $tags chooses $chosen', ({ policy, tags, chosen }) => {
    expect(chosenOf(versionsOf(...tags), policy)).toBe(chosen);
  });
});

describe('semver with a filter', () => {
  test.each<Case>([
    {
      policy: { semver: { range: '1.x' }, filter: { pattern: '-alpine$' } },
      tags: ['1.0.0', '1.1.0-alpine'],
      chosen: undefined,
    },
    {
      policy: { semver: { range: '1.x' }, filter: { pattern: '^(.+)-alpine$', extract: '$1' } },
      tags: ['1.0.0-alpine', '1.1.0-alpine', '1.2.0', '2.0.0-alpine'],
      chosen: '1.1.0-alpine',
    },
  ])('$policy of $tags chooses $chosen', ({ policy, tags, chosen }) => {
    expect(chosenOf(versionsOf(...tags), policy)).toBe(chosen);
  });
});

describe('calver', () => {
  const by = (format: string) => ({ calver: { format } });
  test.each<Case>([
    { policy: by('YYYY.MM.DD'), tags: ['2026.1.2', '2025.12.31', '2026.1.10'], chosen: '2026.1.10' },
    { policy: by('YYYY.0M.MICRO'), tags: ['2026.01.2', '2026.01.10', '2026.1.11'], chosen: '2026.01.10' },
    { policy: by('YY.0M'), tags: ['26.04', '25.10', '6.10'], chosen: '26.04' },
    { policy: by('DD-MM-YYYY'), tags: ['31-1-2025', '1-2-2025', '2-1-2026'], chosen: '2-1-2026' },
    { policy: by('MAJOR.YY.0M'), tags: ['1.26.04', '2.25.01'], chosen: '2.25.01' },
    { policy: by('vYYYY.WW'), tags: ['v2026.9', 'v2026.10', '2026.11', 'v2026.54'], chosen: 'v2026.10' },
    { policy: by('YYYY.MM'), tags: ['2026.13', '2026.0', '2025.12'], chosen: '2025.12' },
    { policy: by('YYYY.MM.DD'), tags: ['2026.1.2-rc1', '2026.1.1'], chosen: '2026.1.1' },
    { policy: by('YYYY.MM-MODIFIER'), tags: ['2026.1-rc2', '2026.1-rc10', '2025.12'], chosen: '2026.1-rc10' },
    { policy: by('YYYY.MM-MODIFIER'), tags: ['2026.1-rc2', '2026.1'], chosen: '2026.1' },
    { policy: by('YYYY0M0D.MICRO'), tags: ['20260102.1', '20260102.0', '20251231.7'], chosen: '20260102.1' },
    {
      policy: { ...by('YYYY.MM'), filter: { pattern: '^web-(.+)', extract: '$1' } },
      tags: ['web-2026.1', '2026.2'],
      chosen: 'web-2026.1',
    },
  ])('$policy of $tags chooses $chosen', ({ policy, tags, chosen }) => {
    expect(chosenOf(versionsOf(...tags), policy)).toBe(chosen);
  });
});

describe('newestPushed', () => {
  test('chooses what was pushed last, whatever it is called', () => {
    const versions = [pushed('z', 30), pushed('a', 10), pushed('9.9.9', 20)];
    expect(chosenOf(versions, { newestPushed: {} })).toBe('a');
    expect(chosenOf(versions, { newestPushed: { filter: { pattern: '^[0-9]' } } })).toBe('9.9.9');
  });

  test('an image without push time is older than every other one', () => {
    expect(chosenOf([{ tag: 'x', digest: digestOf('x') }, pushed('a', 10)], { newestPushed: {} })).toBe('a');
  });

  test('fault 5: a signature is always pushed after its image, and still never chosen', () => {
    const signature = pushed(`sha256-${'0'.repeat(64)}.sig`, 1);
    expect(chosenOf([pushed('1.0.0', 10), signature], { newestPushed: {} })).toBe('1.0.0');
  });
});

test('digest chooses its tag and no other one', () => {
  const versions = versionsOf('1.0.0', 'latest', 'latest-dev');
  expect(chosenOf(versions, { digest: { tag: 'latest' } })).toBe('latest');
  expect(reasonsOf(versions, { digest: { tag: 'latest' } })).toEqual([
    '1.0.0 is not the tag "latest"',
    'latest-dev is not the tag "latest"',
  ]);
});

describe('allow and ignore', () => {
  const policy = { semver: { range: '*' }, allow: ['^1\\.', '^v2'], ignore: ['bad', '^1\\.1\\.'] };
  test('take tags in and out, and say so', () => {
    const versions = versionsOf('1.0.0', '1.1.0', '3.0.0', 'v2.0.0');
    expect(chosenOf(versions, policy)).toBe('v2.0.0');
    expect(reasonsOf(versions, policy)).toEqual([
      '1.0.0 is not newer than v2.0.0',
      '1.1.0 is ignored by "^1\\.1\\."',
      '3.0.0 is not among what is allowed',
    ]);
  });
});

describe('after', () => {
  const policy = { semver: { range: '*' }, after: 30 * 60 };
  test('a version counts from that time on', () => {
    expect(chosenOf([pushed('1.0.0', 60), pushed('1.1.0', 29)], policy)).toBe('1.0.0');
    expect(chosenOf([pushed('1.0.0', 60), pushed('1.1.0', 30)], policy)).toBe('1.1.0');
  });

  test('says from when on, also when nothing else is there', () => {
    const young = 'is too young: it was pushed at 2026-01-02T11:31:00.000Z and counts from 2026-01-02T12:01:00.000Z on';
    expect(reasonsOf([pushed('1.1.0', 29)], policy)).toEqual([`1.1.0 ${young}`]);
    expect(latest([pushed('1.1.0', 29), pushed('x', 60)], policy, now)).toMatchObject({
      reason: `none of the 2 tagged images is allowed; of those that satisfy the range "*", the newest one, 1.1.0, ${young}`,
    });
  });

  test('a version whose push time is not known is not taken for old', () => {
    expect(reasonsOf([{ tag: '1.0.0', digest: digestOf('1.0.0') }], policy)).toEqual([
      "1.0.0 may be too young: its push time isn't known",
    ]);
  });
});

describe('platforms', () => {
  const policy = { semver: { range: '*' }, platforms: ['linux/amd64', 'linux/arm64'] };
  const having = (tag: string, ...platforms: string[]): ImageVersion => ({ ...pushed(tag, 1), platforms });

  test('fault 24: all of them must be there, a variant counts', () => {
    const versions = [
      having('1.0.0', 'linux/amd64', 'linux/arm64/v8'),
      having('1.1.0', 'linux/amd64'),
      having('1.2.0'),
      having('1.3.0', 'windows/amd64', 'linux/arm64'),
    ];
    expect(chosenOf(versions, policy)).toBe('1.0.0');
    expect(reasonsOf(versions, policy)).toEqual([
      '1.1.0 lacks linux/arm64: it has linux/amd64',
      '1.2.0 lacks linux/amd64, linux/arm64: it is no manifest list',
      '1.3.0 lacks linux/amd64: it has windows/amd64, linux/arm64',
    ]);
  });
});

test('every kind: the order of the candidates has no influence, and each is chosen or has a reason', () => {
  const tags = ['1.0.0', 'v1.0.0', '2.1.0', '10', '9', '2026.1.2', '2026.1.2-rc1', 'latest', 'main-ab-7', 'main-cd-8'];
  const policies: ImagePolicy[] = [
    { semver: { range: '>=0.0.0-0' } },
    { numerical: { order: 'asc' } },
    { numerical: { order: 'desc', filter: { pattern: '(\\d+)$', extract: '$1' } } },
    { alphabetical: { order: 'desc' } },
    { calver: { format: 'YYYY.MM.DD-MODIFIER' } },
    { newestPushed: {} },
    { digest: { tag: 'latest' } },
  ];
  const versions = tags.map((tag, index) => pushed(tag, index % 3));
  const shuffled = fc.shuffledSubarray(versions, { minLength: versions.length });
  fc.assert(
    fc.property(fc.constantFrom(...policies), shuffled, (policy, candidates) => {
      expect(chosenOf(candidates, policy)).toBe(chosenOf(versions, policy));
      expect(reasonsOf(candidates, policy)).toHaveLength(tags.length - 1);
    }),
  );
});

test.each<[ImagePolicy, string]>([
  [{ semver: { range: '1.x' } }, 'semver 1.x'],
  [{ numerical: { order: 'asc' } }, 'numerical asc'],
  [{ alphabetical: { order: 'desc' } }, 'alphabetical desc'],
  [{ calver: { format: 'YYYY.MM' } }, 'calver YYYY.MM'],
  [{ newestPushed: {} }, 'newestPushed'],
  [{ digest: { tag: 'latest' } }, 'digest latest'],
])('%j is called "%s"', (policy, expected) => {
  expect(describePolicy(policy)).toBe(expected);
});
