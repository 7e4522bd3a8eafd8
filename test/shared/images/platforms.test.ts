import { expect, test } from 'vitest';
import type { ImagePolicy } from '../../../shared/config/environment.ts';
import { withPlatforms } from '../../../shared/images/platforms.ts';
import { latest } from '../../../shared/images/policy.ts';
import { digestOf, versionsOf } from './versions.ts';

const now = new Date(0);
const both = ['linux/amd64', 'linux/arm64'];

async function choose(tags: string[], policy: ImagePolicy, platforms: Record<string, string[]>) {
  const asked: string[] = [];
  const versions = await withPlatforms(versionsOf(...tags), {
    policy,
    now,
    ask: async (digest) => {
      const tag = tags.find((tag) => digestOf(tag) === digest) ?? '';
      asked.push(tag);
      return platforms[tag] ?? [];
    },
  });
  const choice = latest(versions, policy, now);
  return { asked, chosen: choice.outcome === 'chosen' ? choice.version.tag : undefined };
}

test('fault 24: asks from the newest version down, until one has all platforms', async () => {
  const policy = { semver: { range: '1.x' }, platforms: both };
  const platforms = { '1.0.0': both, '1.1.0': both, '1.2.0': ['linux/amd64'], '2.0.0': both };
  expect(await choose(['1.0.0', '1.1.0', '1.2.0', '2.0.0', 'x'], policy, platforms)).toEqual({
    asked: ['1.2.0', '1.1.0'],
    chosen: '1.1.0',
  });
});

test('asks for nothing where the policy does not', async () => {
  expect(await choose(['1.0.0'], { semver: { range: '1.x' } }, {})).toEqual({ asked: [], chosen: '1.0.0' });
});

test('gives up after 25 versions, and chooses none that it has not asked about', async () => {
  const tags = Array.from({ length: 40 }, (_, index) => `1.0.${index}`);
  const { asked, chosen } = await choose(tags, { semver: { range: '1.x' }, platforms: both }, { '1.0.0': both });
  expect({ count: asked.length, chosen }).toEqual({ count: 25, chosen: undefined });
});
