import type { Observation } from './observations.ts';

type Directive = { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] };

/**
 * What CloudWatch takes from a line of a log, if the line is in the embedded metric format.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function readEmf(line: string): Omit<Observation, 'at'>[] {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return [];
  const root = parse(line);
  const directives = (root._aws as { CloudWatchMetrics?: Directive[] } | undefined)?.CloudWatchMetrics ?? [];
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(root[name])]));
      return Metrics.flatMap(({ Name }) =>
        [root[Name]].flat().map((value) => ({ namespace: Namespace, name: Name, dimensions, value: Number(value) })),
      );
    }),
  );
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
