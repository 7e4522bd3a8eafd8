import { describe, expect, it } from 'vitest';
import { type Alarm, evaluate, type Moment, readAlarms } from '../../../../local/aws/metrics/alarm.ts';
import type { Observation } from '../../../../local/aws/metrics/observations.ts';

const now = new Date('2026-01-02T12:00:00.000Z');
const anAlarm = (part: Partial<Alarm> = {}): Alarm => ({
  logicalId: 'Alarm',
  name: 'alarm',
  namespace: 'AWS/Lambda',
  metric: 'Errors',
  dimensions: { FunctionName: 'source' },
  statistic: 'Sum',
  period: 300,
  periods: 1,
  datapoints: 1,
  threshold: 1,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
  actions: [],
  description: '',
  ...part,
});
const seen = (secondsAgo: number, value: number, part: Partial<Observation> = {}): Observation => ({
  namespace: 'AWS/Lambda',
  name: 'Errors',
  dimensions: { FunctionName: 'source' },
  value,
  at: new Date(now.getTime() - secondsAgo * 1000),
  ...part,
});
const stateOf = (alarm: Partial<Alarm>, observations: Observation[], moment: Partial<Moment> = {}) =>
  evaluate(anAlarm(alarm), observations, { now, speed: 1, previous: 'OK', ...moment });

describe('an alarm', () => {
  it('rings by the statistic of its newest period', () => {
    expect(stateOf({}, [seen(10, 1), seen(290, 1)])).toBe('ALARM');
    expect(stateOf({}, [seen(10, 1), seen(310, 1)])).toBe('OK');
    expect(stateOf({ statistic: 'Maximum' }, [seen(10, 1), seen(290, 1)])).toBe('OK');
    expect(stateOf({ statistic: 'Minimum' }, [seen(10, 9), seen(20, 1)])).toBe('OK');
    expect(stateOf({ comparison: 'LessThanThreshold' }, [seen(10, 0)])).toBe('ALARM');
  });

  it('looks at its own metric only', () => {
    expect(stateOf({}, [seen(10, 9, { dimensions: { FunctionName: 'renderer' } })])).toBe('OK');
    expect(stateOf({}, [seen(10, 9, { dimensions: { FunctionName: 'source', Resource: 'source' } })])).toBe('OK');
    expect(stateOf({}, [seen(10, 9, { name: 'Throttles' })])).toBe('OK');
    expect(stateOf({}, [seen(10, 9, { namespace: 'Plumbline' })])).toBe('OK');
  });

  it('of several periods rings only if it is so in each', () => {
    const three = { periods: 3, datapoints: 3 };
    expect(stateOf(three, [seen(10, 2), seen(310, 2), seen(610, 2)])).toBe('ALARM');
    expect(stateOf(three, [seen(10, 2), seen(310, 2)])).toBe('OK');
    expect(stateOf({ ...three, datapoints: 2 }, [seen(10, 2), seen(310, 2)])).toBe('ALARM');
  });

  it.each([
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['missing', 'INSUFFICIENT_DATA'],
    ['ignore', 'ALARM'],
  ] as const)('that hears nothing, which counts as %s, is %s', (missing, expected) => {
    expect(stateOf({ missing }, [], { previous: 'ALARM' })).toBe(expected);
  });

  it('on a faster clock has shorter periods', () => {
    expect(stateOf({}, [seen(10, 2)], { speed: 60 })).toBe('OK');
    expect(stateOf({}, [seen(4, 2)], { speed: 60 })).toBe('ALARM');
  });

  it('on an expression is refused, not passed over', () => {
    const resource = { type: 'AWS::CloudWatch::Alarm', properties: { Metrics: [] }, ref: 'alarm', arn: 'arn' };
    expect(() => readAlarms({ Strange: resource })).toThrow('Strange');
  });
});
