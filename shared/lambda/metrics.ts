import { Metrics } from '@aws-lambda-powertools/metrics';
import { type Dimensions, type MetricName, metricNamespace, metrics } from '../metrics.ts';

export type Measurement = {
  values: Partial<Record<MetricName, number>>;
  dimensions?: Dimensions;
  /** For whoever searches the log; CloudWatch makes no metric of it. */
  details?: Record<string, string | undefined>;
};

/** Tells one measurement, at once. */
export type Measure = (measurement: Measurement) => void;

/**
 * Metrics as lines of the log, from which CloudWatch takes them: no call, no permission, no waiting.
 *
 * @param service the function's name, or whatever else the metric is of
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMeasure(service: string): Measure {
  const emf = new Metrics({ namespace: metricNamespace, serviceName: service });
  return ({ values, dimensions = {}, details = {} }) => {
    for (const [name, value] of entriesOf(values)) emf.addMetric(name, metrics[name], value);
    if (!emf.hasStoredMetrics()) return;
    for (const [name, value] of definedIn(dimensions)) emf.addDimension(name, value);
    for (const [name, value] of definedIn(details)) emf.addMetadata(name, value);
    emf.publishStoredMetrics();
  };
}

const entriesOf = (values: Measurement['values']) => Object.entries(values) as [MetricName, number][];

const definedIn = (texts: Record<string, string | undefined>) =>
  Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
