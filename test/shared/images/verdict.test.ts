import { describe, expect, test } from 'vitest';
import { latest } from '../../../shared/images/policy.ts';
import type { ImageVersion } from '../../../shared/images/ports.ts';
import { parseReference } from '../../../shared/images/reference.ts';
import { judgeImage, type Question } from '../../../shared/images/verdict.ts';
import { digestOf, repository, versionsOf } from './versions.ts';

type Case = { stands: string; range?: string; registry: string[]; written?: Question['written'] };

function judge({ stands, range = '*', registry, written }: Case) {
  const policy = { semver: { range } };
  const current = parseReference(`${repository}${stands}`);
  if (current === undefined) throw new Error(`not a reference: ${stands}`);
  const verdict = judgeImage({
    current,
    policy,
    choice: latest(versionsOf(...registry), policy, new Date(0)),
    written,
  });
  return verdict.action === 'pin' ? verdict.pin.tag : verdict;
}
const kept = (reason: RegExp) => ({ action: 'keep', reason: expect.stringMatching(reason) });
const held = (reason: RegExp) => ({ ...kept(reason), held: { commit: '0123456789abcdef', as: 'reverted' } });
const at = new Date('2026-01-02T12:00:00Z');
const written = (tag: string) => ({ tag, commit: '0123456789abcdef', at });

describe('judgeImage', () => {
  test.each([
    [':1.0.0', '1.1.0'],
    [`:1.0.0@${digestOf('1.0.0')}`, '1.1.0'],
    ['', '1.1.0'],
    [':latest', '1.1.0'],
    [':v1.0.0', '1.1.0'],
  ])('moves "%s" up to %s', (stands, expected) => {
    expect(judge({ stands, registry: ['1.0.0', '1.1.0'] })).toBe(expected);
  });

  test('pins repository, tag and digest, always', () => {
    const policy = { semver: { range: '*' } };
    const choice = latest(versionsOf('1.1.0'), policy, new Date(0));
    expect(judgeImage({ current: { repository, tag: '1.0.0' }, policy, choice })).toEqual({
      action: 'pin',
      pin: { repository, tag: '1.1.0', digest: digestOf('1.1.0') },
    });
  });

  test('adds the digest where the right tag stands without one', () => {
    expect(judge({ stands: ':1.1.0', registry: ['1.1.0'] })).toBe('1.1.0');
  });

  test('fault 1: has nothing to do where the chosen version stands already', () => {
    expect(judge({ stands: `:1.1.0@${digestOf('1.1.0')}`, registry: ['1.0.0', '1.1.0'] })).toEqual({
      action: 'current',
    });
  });

  test('fault 3: never lowers a version', () => {
    expect(judge({ stands: ':1.2.0', registry: ['1.0.0', '1.1.0'] })).toEqual(
      kept(/^1\.2\.0 is newer than 1\.1\.0, the newest one that is allowed$/),
    );
  });

  test('fault 4: keeps the digest of a version whose tag was pushed again, and says so', () => {
    const pinned = digestOf('before');
    expect(judge({ stands: `:1.1.0@${pinned}`, registry: ['1.1.0'] })).toEqual(
      kept(new RegExp(`^the tag 1\\.1\\.0 now has the digest ${digestOf('1.1.0')}.*${pinned} stays pinned$`)),
    );
  });

  test.each([':2.0.0', ':0.9.0', ':1.1.0-rc.1'])(
    'reports a range that excludes "%s" instead of following it',
    (stands) => {
      expect(judge({ stands, range: '1.x', registry: ['1.0.0', '1.1.0'] })).toEqual(
        kept(/ is outside the range "1\.x": somebody has to change the one or the other$/),
      );
    },
  );

  test.each([`:debug-build@${digestOf('x')}`, `@${digestOf('x')}`])(
    'leaves "%s" to the person who pinned it',
    (stands) => {
      expect(judge({ stands, registry: ['1.1.0'] })).toEqual(kept(/was pinned by hand/));
    },
  );

  test.each([':2.0.0', ':0.9.0', `:debug-build@${digestOf('x')}`])(
    'fault 13: "%s", which a person put in the place of ours, is held there',
    (stands) => {
      const registry = ['1.0.0', '1.1.0'];
      expect(judge({ stands, range: '1.x', registry, written: written('1.0.0') })).toMatchObject({
        action: 'keep',
        held: { commit: '0123456789abcdef', as: 'pinned' },
      });
    },
  );

  test('a newer version than ours is no hold: it may only not be there yet', () => {
    expect(judge({ stands: ':1.2.0', registry: ['1.0.0', '1.1.0'], written: written('1.1.0') })).toEqual(
      kept(/^1\.2\.0 is newer than 1\.1\.0/),
    );
  });

  test('leaves another tag of the same version alone', () => {
    expect(judge({ stands: ':v1.1.0', registry: ['1.1.0'] })).toEqual(kept(/are the same version$/));
  });

  test('says why when the policy allows nothing', () => {
    expect(judge({ stands: ':1.0.0', range: '2.x', registry: ['1.0.0'] })).toEqual(
      kept(/^none of the 1 tagged images/),
    );
  });

  test('fault 13: a version that a person took back is held', () => {
    expect(judge({ stands: ':1.0.0', registry: ['1.0.0', '1.1.0'], written: written('1.1.0') })).toEqual(
      held(
        /^a person took back 1\.1\.0 \(commit 01234567\), and 1\.0\.0 stands there: held until there is a version newer than 1\.1\.0$/,
      ),
    );
  });

  test('fault 13: a digest that a person took away is held until there is a newer version', () => {
    const digest = digestOf('1.1.0');
    expect(judge({ stands: ':1.1.0', registry: ['1.1.0'], written: { ...written('1.1.0'), digest } })).toEqual(
      held(
        /^a person took back 1\.1\.0@sha256:.* \(commit 01234567\), and 1\.1\.0 stands there: held until there is a newer version$/,
      ),
    );
    expect(judge({ stands: ':1.1.0', registry: ['1.1.0', '1.2.0'], written: { ...written('1.1.0'), digest } })).toBe(
      '1.2.0',
    );
  });

  test('the hold ends with a version newer than the one that was taken back', () => {
    expect(judge({ stands: ':1.0.0', registry: ['1.0.0', '1.1.0', '1.2.0'], written: written('1.1.0') })).toBe('1.2.0');
  });

  test('fault 13: is held also where the version that was taken back was deleted, and only push times say what is newer', () => {
    const policy = { newestPushed: {} };
    const pushed = (tag: string, hour: number) => ({
      tag,
      digest: digestOf(tag),
      pushedAt: new Date(`2026-01-02T${hour}:00:00Z`),
    });
    const verdictOf = (...versions: ImageVersion[]) =>
      judgeImage({
        current: { repository, tag: 'build-5' },
        policy,
        choice: latest(versions, policy, at),
        written: written('build-7'),
      });
    const [five, six, eight] = [pushed('build-5', 10), pushed('build-6', 11), pushed('build-8', 13)];
    expect(verdictOf(five, six)).toEqual(held(/^a person took back build-7/));
    expect(verdictOf(five, six, eight)).toMatchObject({ action: 'pin', pin: { tag: 'build-8' } });
  });

  test('what we wrote ourselves is no hold', () => {
    expect(judge({ stands: ':1.0.0', registry: ['1.1.0'], written: written('1.0.0') })).toBe('1.1.0');
  });

  test('a new place without a tag is no hold', () => {
    expect(judge({ stands: '', registry: ['1.1.0'], written: written('1.1.0') })).toBe('1.1.0');
  });

  test('fault 4: moves the digest of a tag that was pushed again, where the policy follows tags', () => {
    const version = { tag: 'latest', digest: digestOf('after') };
    const current = { repository, tag: 'latest', digest: digestOf('before') };
    for (const policy of [{ digest: { tag: 'latest' } }, { newestPushed: {}, mutableTags: true }]) {
      const choice = latest([version], policy, new Date(0));
      expect(judgeImage({ current, policy, choice })).toEqual({ action: 'pin', pin: { repository, ...version } });
    }
  });

  test('fault 13: a digest that a person took back is held until the tag has another one', () => {
    const policy = { digest: { tag: 'latest' } };
    const current = { repository, tag: 'latest', digest: digestOf('before') };
    const written = { tag: 'latest', digest: digestOf('after'), commit: '0123456789abcdef', at };
    const verdictAt = (digest: string) =>
      judgeImage({ current, policy, choice: latest([{ tag: 'latest', digest }], policy, new Date(0)), written });
    expect(verdictAt(digestOf('after'))).toEqual(held(/^a person took back .*held until the tag latest has another/));
    expect(verdictAt(digestOf('newer'))).toMatchObject({ action: 'pin', pin: { digest: digestOf('newer') } });
  });

  test('another tag than the one that is followed is reported', () => {
    const policy = { digest: { tag: 'latest' } };
    const choice = latest(versionsOf('latest'), policy, new Date(0));
    expect(judgeImage({ current: { repository, tag: '1.0.0' }, policy, choice })).toEqual(
      kept(/^1\.0\.0 is not the tag "latest": somebody has to change/),
    );
  });

  test('by push time, what the registry has no more is older, and what it has is compared', () => {
    const policy = { newestPushed: {} };
    const version = (tag: string, time: number) => ({ tag, digest: digestOf(tag), pushedAt: new Date(time) });
    const verdictFor = (tag: string, ...versions: ReturnType<typeof version>[]) =>
      judgeImage({
        current: { repository, tag, digest: digestOf(tag) },
        policy,
        choice: latest(versions, policy, new Date(9)),
      });
    expect(verdictFor('gone', version('b', 1))).toMatchObject({ action: 'pin', pin: { tag: 'b' } });
    expect(verdictFor('a', version('a', 2), version('b', 3))).toMatchObject({ action: 'pin', pin: { tag: 'b' } });
    expect(verdictFor('b', version('a', 2), version('b', 3))).toEqual({ action: 'current' });
  });
});
