import { expect, test } from 'vitest';
import { matchesEvent } from '../../../../local/aws/sources/filter.ts';

const event = {
  source: 'aws.ecr',
  detail: { result: 'SUCCESS', tag: 'v1.2.0', size: 5, labels: ['a', 'b'], nothing: null },
};

test.each([
  [{}, true],
  [{ source: ['aws.ecr', 'aws.s3'] }, true],
  [{ source: ['aws.s3'] }, false],
  [{ source: ['aws.ecr'], detail: { result: ['FAILURE'] } }, false],
  [{ detail: { tag: [{ prefix: 'v1.' }] } }, true],
  [{ detail: { tag: [{ suffix: '.1' }] } }, false],
  [{ detail: { tag: [{ 'equals-ignore-case': 'V1.2.0' }] } }, true],
  [{ detail: { tag: [{ wildcard: 'v*.0' }] } }, true],
  [{ detail: { tag: [{ wildcard: 'v?.2.0' }] } }, false],
  [{ detail: { tag: [{ 'anything-but': ['latest', 'v1.2.0'] }] } }, false],
  [{ detail: { tag: [{ 'anything-but': { prefix: 'sha256-' } }] } }, true],
  [{ detail: { tag: [{ exists: true }] } }, true],
  [{ detail: { missing: [{ exists: false }] } }, true],
  [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
  [{ missing: { deep: [{ exists: false }] } }, true],
  [{ detail: { size: [{ numeric: ['>', 4, '<=', 5] }] } }, true],
  [{ detail: { size: [{ numeric: ['=', 6] }] } }, false],
  [{ detail: { labels: ['b'] } }, true],
  [{ detail: { labels: ['c'] } }, false],
  [{ detail: { nothing: [null] } }, true],
  [{ $or: [{ source: ['x'] }, { detail: { size: [5] } }] }, true],
])('%j: %s', (pattern, expected) => {
  expect(matchesEvent(pattern, event)).toBe(expected);
});

test('a matcher that does not exist is an error', () => {
  expect(() => matchesEvent({ source: [{ prefixx: 'a' }] }, event)).toThrow('prefixx');
});
