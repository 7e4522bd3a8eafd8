import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type Dimensions, type MetricName, metricNamespace } from '../shared/metrics.ts';

type MetricLook = { statistic: string; period?: Duration; dimensions?: Dimensions; label?: string };

/** How often metrics are looked at, where nothing asks for more. */
export const alarmPeriod = Duration.minutes(5);

/**
 * A metric of Plumbline's own.
 *
 * @param service who tells it: a function's name, or `github`
 */
export function ownMetric(name: MetricName, service: string, look: MetricLook): Metric {
  const { statistic, period = alarmPeriod, dimensions = {}, label } = look;
  return new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: { service, ...dimensions },
    statistic,
    period,
    ...(label && { label }),
  });
}
