import { expect, test } from 'vitest';
import { parseSchedule } from '../../../../local/aws/sources/schedule-expression.ts';

const after = '2026-11-21T12:03:30Z';

test.each([
  ['rate(1 minute)', '2026-11-21T12:04:30Z'],
  ['rate(2 hours)', '2026-11-21T14:03:30Z'],
  ['cron(0/15 * * * ? *)', '2026-11-21T12:15:00Z'],
  ['cron(* * * * ? *)', '2026-11-21T12:04:00Z'],
  ['cron(0 3 * * ? *)', '2026-11-22T03:00:00Z'],
  ['cron(30 8 ? * MON-FRI *)', '2026-11-23T08:30:00Z'],
  ['cron(0 0 1 JAN,JUL ? *)', '2027-01-01T00:00:00Z'],
  ['cron(5-10/5 12 21 11 ? 2026)', '2026-11-21T12:05:00Z'],
  ['at(2026-11-21T13:00:00)', '2026-11-21T13:00:00Z'],
])('%s comes next at %s', (expression, expected) => {
  expect(parseSchedule(expression).next(new Date(after))?.toISOString()).toBe(expected.replace('Z', '.000Z'));
});

test('a moment that is over does not come again', () => {
  expect(parseSchedule('at(2026-11-21T12:00:00)').next(new Date(after))).toBeUndefined();
  expect(parseSchedule('cron(0 0 1 1 ? 2020)').next(new Date(after))).toBeUndefined();
});

test.each([
  'rate(5 weeks)',
  'rate(0 minutes)',
  'cron(* * * *)',
  'cron(0 0 L * ? *)',
  'cron(61 * * * ? *)',
  'every day',
  'at(soon)',
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression)).toThrow();
});
