import { isDeepStrictEqual } from 'node:util';
import type { DescribedResource } from '../template/create.ts';
import type { Observation } from './observations.ts';

/** An alarm of the template. */
export type Alarm = {
  logicalId: string;
  name: string;
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount';
  /** Seconds. */
  period: number;
  periods: number;
  /** So many of the periods must be on the wrong side. */
  datapoints: number;
  threshold: number;
  comparison: keyof typeof comparisons;
  missing: 'notBreaching' | 'breaching' | 'ignore' | 'missing';
  actions: readonly string[];
  description: string;
};

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/** @throws Error for an alarm on an expression, which isn't played */
export function readAlarms(resources: Readonly<Record<string, DescribedResource>>): Alarm[] {
  return Object.entries(resources)
    .filter(([, { type }]) => type === 'AWS::CloudWatch::Alarm')
    .map(([logicalId, { properties, ref }]) => {
      if (properties.MetricName === undefined)
        throw new Error(`${logicalId}: the player has alarms on one metric only`);
      const periods = Number(properties.EvaluationPeriods);
      return {
        ...{ logicalId, name: ref },
        ...{ namespace: String(properties.Namespace), metric: String(properties.MetricName) },
        dimensions: dimensionsIn(properties.Dimensions),
        statistic: properties.Statistic as Alarm['statistic'],
        ...{ period: Number(properties.Period), periods, datapoints: Number(properties.DatapointsToAlarm ?? periods) },
        threshold: Number(properties.Threshold),
        comparison: properties.ComparisonOperator as Alarm['comparison'],
        missing: (properties.TreatMissingData ?? 'missing') as Alarm['missing'],
        actions: (properties.AlarmActions ?? []) as string[],
        description: String(properties.AlarmDescription ?? ''),
      };
    });
}

const dimensionsIn = (dimensions: unknown) =>
  Object.fromEntries(((dimensions ?? []) as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]));

export type Moment = {
  now: Date;
  /** So many times faster than the clock periods go by. */
  speed: number;
  previous: AlarmState;
};

/**
 * What CloudWatch would say of an alarm now: it looks at the last periods, of which the newest ends now.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
 */
export function evaluate(
  alarm: Alarm,
  observations: readonly Observation[],
  { now, speed, previous }: Moment,
): AlarmState {
  const own = observations.filter(
    ({ namespace, name, dimensions }) =>
      namespace === alarm.namespace && name === alarm.metric && isDeepStrictEqual(dimensions, alarm.dimensions),
  );
  const length = (alarm.period * 1000) / speed;
  const values = Array.from({ length: alarm.periods }, (_, index) => {
    const end = now.getTime() - index * length;
    const within = own.filter(({ at }) => at.getTime() > end - length && at.getTime() <= end);
    return within.length === 0
      ? undefined
      : statisticOf(
          alarm.statistic,
          within.map(({ value }) => value),
        );
  });
  if (alarm.missing === 'ignore' && values.includes(undefined)) return previous;
  if (alarm.missing === 'missing' && values.every((value) => value === undefined)) return 'INSUFFICIENT_DATA';
  const isBad = (value: number | undefined) =>
    value === undefined ? alarm.missing === 'breaching' : comparisons[alarm.comparison](value, alarm.threshold);
  return values.filter(isBad).length >= alarm.datapoints ? 'ALARM' : 'OK';
}

function statisticOf(statistic: Alarm['statistic'], values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    Sum: sum,
    Maximum: Math.max(...values),
    Minimum: Math.min(...values),
    Average: sum / values.length,
    SampleCount: values.length,
  }[statistic];
}
