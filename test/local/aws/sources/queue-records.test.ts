import { describe, expect, test } from 'vitest';
import { failedItems, passesFilters } from '../../../../local/aws/sources/queue-records.ts';

test.each([
  ['no answer', null, []],
  ['an answer of another shape', { statusCode: 200 }, []],
  ['null', { batchItemFailures: null }, []],
  ['no failure', { batchItemFailures: [] }, []],
  ['some failures', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
  ['an unknown item', { batchItemFailures: [{ itemIdentifier: 'z' }] }, 'all'],
  ['an empty item', { batchItemFailures: [{ itemIdentifier: '' }] }, 'all'],
  ['a null item', { batchItemFailures: [null] }, 'all'],
  ['no list', { batchItemFailures: 'b' }, 'all'],
])('fault 55: of a batch with %s fails %j', (_, answer, expected) => {
  expect(failedItems(answer, ['a', 'b'])).toEqual(expected);
});

describe('passesFilters', () => {
  test('lets everything through without filters', () => {
    expect(passesFilters([], { body: 'x' })).toBe(true);
  });

  test('looks into a JSON body, and lets one of several filters decide', () => {
    const filters = ['{"body":{"kind":["push"]}}', '{"body":{"kind":["tick"]}}'];
    expect(passesFilters(filters, { body: '{"kind":"tick"}' })).toBe(true);
    expect(passesFilters(filters, { body: '{"kind":"other"}' })).toBe(false);
    expect(passesFilters(filters, { body: 'no JSON' })).toBe(false);
  });
});
