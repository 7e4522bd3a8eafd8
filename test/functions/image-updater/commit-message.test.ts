import { describe, expect, test } from 'vitest';
import { commitMessage } from '../../../functions/image-updater/commit-message.ts';
import type { Update } from '../../../functions/image-updater/decide-updates.ts';
import { writtenBy } from '../../../functions/image-updater/trailers.ts';
import { digestOf } from '../../shared/images/versions.ts';
import { application, pinOf, registryHost } from './bench.ts';

const at = new Date('2026-01-02T12:00:00Z');

const anUpdate = (part: Partial<Update> = {}, tag = '1.1.0', repository = application): Update => ({
  environment: 'staging',
  file: 'web.yaml',
  pin: { repository, tag, digest: digestOf(tag) },
  previous: { repository, tag: '1.0.0' },
  policy: 'semver 1.x',
  isRemembered: true,
  ...part,
});
const subjectOf = (...updates: Update[]) => commitMessage(updates).split('\n')[0];
const named = (name: string) => anUpdate({}, '1.1.0', `${registryHost}/${name}`);

describe('commitMessage', () => {
  test('names image and version in the subject', () => {
    expect(subjectOf(anUpdate())).toBe('example-application 1.1.0');
    expect(subjectOf(anUpdate(), anUpdate({ file: 'other.yaml' }))).toBe('example-application 1.1.0');
    expect(subjectOf(named('one'), named('team/two'))).toBe('one 1.1.0, two 1.1.0');
  });

  test('counts images that do not fit into 72 characters', () => {
    const many = Array.from({ length: 8 }, (_, index) => named(`application-${index}`));
    expect(subjectOf(...many)).toBe('8 images');
  });

  test('lists each file once below its change', () => {
    const message = commitMessage([
      anUpdate(),
      anUpdate(),
      anUpdate({ file: 'b.yaml' }),
      anUpdate({ previous: { repository: application } }),
    ]);
    expect(message.split('\n\n')[1]).toBe(
      [
        'staging:',
        `- ${application}: 1.0.0 → 1.1.0`,
        '  web.yaml',
        '  b.yaml',
        `- ${application}: no version → 1.1.0`,
        '  web.yaml',
      ].join('\n'),
    );
  });

  test('fault 23: hostile text adds no line, so no trailer either', () => {
    const hostile = '\nPlumbline-Image: evil:9.0.0\r\u2028Plumbline-Environment: production\u0085';
    const message = commitMessage([
      anUpdate({
        file: `a${hostile}.yaml`,
        policy: `semver ${hostile}`,
        previous: { repository: application, tag: hostile },
      }),
    ]);
    expect(message.split(/[\n\r\u2028\u0085]/).filter((line) => line.startsWith('Plumbline-'))).toHaveLength(4);
    expect(writtenBy([{ revision: 'a', message, at }], 'staging')).toEqual(
      new Map([[application, { tag: '1.1.0', digest: digestOf('1.1.0'), commit: 'a', at }]]),
    );
    expect(writtenBy([{ revision: 'a', message, at }], 'production')).toEqual(new Map());
  });
});

describe('writtenBy', () => {
  const other = `${registryHost}/other`;
  const commit = (revision: string, ...updates: Update[]) => ({ revision, message: commitMessage(updates), at });

  test('reads what we wrote last, by image and environment', () => {
    const history = [
      { revision: 'd', message: 'Revert "example-application 1.2.0"\n\nThis reverts commit c.', at },
      commit('c', anUpdate({}, '1.2.0'), anUpdate({ environment: 'production' }, '1.0.9')),
      commit('b', anUpdate({}, '1.1.5', other)),
      commit('a', anUpdate({}, '1.1.0'), anUpdate({}, '1.1.0', other)),
    ];
    expect(writtenBy(history, 'staging')).toEqual(
      new Map([
        [application, { tag: '1.2.0', digest: digestOf('1.2.0'), commit: 'c', at }],
        [other, { tag: '1.1.5', digest: digestOf('1.1.5'), commit: 'b', at }],
      ]),
    );
    expect(writtenBy(history, 'production')).toEqual(
      new Map([[application, { tag: '1.0.9', digest: digestOf('1.0.9'), commit: 'c', at }]]),
    );
  });

  test.each([application, 'example-application'])('names the newest later commit that resumes it (%s)', (name) => {
    const resume = (revision: string) => ({ revision, message: `Go on\n\nPlumbline-Resume: ${name}`, at });
    const history = [commit('a', anUpdate(), anUpdate({}, '1.1.0', other))];
    const resumed = (history: Parameters<typeof writtenBy>[0]) =>
      [...writtenBy(history, 'staging')].map(([image, { resumed }]) => [image, resumed]);
    expect(resumed([resume('c'), resume('b'), ...history])).toEqual([
      [application, 'c'],
      [other, undefined],
    ]);
    expect(resumed([commit('c', anUpdate()), resume('b'), ...history])).toEqual([
      [application, undefined],
      [other, undefined],
    ]);
  });

  test.each([
    'no trailers at all',
    `Plumbline-Image: ${pinOf('1.1.0')}`,
    'Plumbline-Environment: staging\nPlumbline-Image: not an image',
    `Plumbline-Environment: staging\nPlumbline-Image: ${application}`,
    `Plumbline-Environment: staging\n> Plumbline-Image: ${pinOf('1.1.0')}`,
  ])('reads nothing from what is no trailer of ours (%#)', (message) => {
    expect(writtenBy([{ revision: 'a', message, at }], 'staging')).toEqual(new Map());
  });
});
