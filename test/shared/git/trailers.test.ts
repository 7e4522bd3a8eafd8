import { describe, expect, it } from 'vitest';
import { pinsIn, pushTimeIn } from '../../../shared/git/trailers.ts';

const early = new Date('2026-01-02T03:04:05.000Z');
const late = new Date('2026-01-02T03:09:05.000Z');
const pushTrailer = (at: Date) => `Plumbline-Pushed: ${at.toISOString()}`;
const message = [
  'web 1.1.0',
  '',
  'Plumbline-Environment: staging',
  'Plumbline-Image: example.com/web:1.1.0',
  pushTrailer(late),
  'Plumbline-Image: example.com/api:1.1.0',
  pushTrailer(early),
  'Plumbline-Source: https://github.com/example-org/api',
  'Plumbline-Revision: 0123abc',
  'Plumbline-Environment: trial',
  'Plumbline-Image: example.com/web:1.1.0',
  pushTrailer(late),
].join('\n');

describe('when what a commit pins was pushed', () => {
  it.each([
    ['staging', early],
    ['trial', late],
    ['production', undefined],
  ])('is, for %s, %s', (environment, expected) => {
    expect(pushTimeIn(message, environment)).toEqual(expected);
  });

  it('is not known where the trailer is no time', () => {
    expect(pushTimeIn('a\n\nPlumbline-Environment: staging\nPlumbline-Pushed: soon', 'staging')).toBeUndefined();
  });
});

describe('what a commit pins', () => {
  it('is told image by image, with what it was built from', () => {
    expect(pinsIn(message, 'staging')).toEqual([
      { pin: 'example.com/web:1.1.0', pushedAt: late },
      {
        pin: 'example.com/api:1.1.0',
        pushedAt: early,
        source: 'https://github.com/example-org/api',
        revision: '0123abc',
      },
    ]);
  });

  it('is nothing where no image is named', () => {
    const lines = [
      'Plumbline-Revision: 1',
      'Plumbline-Environment: staging',
      'Plumbline-Revision: 2',
      ' Plumbline-Image: a',
    ];
    expect(pinsIn(lines.join('\n'), 'staging')).toEqual([]);
  });
});
