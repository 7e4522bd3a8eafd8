import { describe, expect, it } from 'vitest';
import { pushTimeIn, pushTrailer } from '../../../shared/git/push-time.ts';

const early = new Date('2026-01-02T03:04:05.000Z');
const late = new Date('2026-01-02T03:09:05.000Z');
const message = [
  'web 1.1.0',
  '',
  'Plumbline-Environment: staging',
  'Plumbline-Image: example.com/web:1.1.0',
  pushTrailer(late),
  'Plumbline-Image: example.com/api:1.1.0',
  pushTrailer(early),
  'Plumbline-Environment: trial',
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
