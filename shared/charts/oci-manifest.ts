import { z } from 'zod';
import { BadInputError } from '../errors.ts';
import { inMegabytes } from '../tree/limits.ts';
import { describeChart } from './describe.ts';
import { type ChartName, maximumChartBytes } from './ports.ts';
import { tryParseJson } from './try-parse-json.ts';

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

const chartTypes = ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip'];

const manifestSchema = z.object({
  layers: z.array(
    z.object({ mediaType: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), size: z.number() }),
  ),
});

/**
 * The digest of the archive that a chart's manifest names.
 *
 * @throws BadInputError if it is no chart, or too large
 * @see https://helm.sh/docs/topics/registries/#helm-chart-manifest
 */
export function archiveDigest(manifest: string, chart: ChartName): string {
  const layers = manifestSchema.safeParse(tryParseJson(manifest)).data?.layers ?? [];
  const layer = layers.find(({ mediaType }) => chartTypes.includes(mediaType));
  if (layer === undefined) throw refusal(chart, 'is no Helm chart');
  if (layer.size > maximumChartBytes) throw refusal(chart, `is larger than ${inMegabytes(maximumChartBytes)}`);
  return layer.digest;
}

/** Tags can't have a plus: Helm writes an underscore instead. */
export const tagOf = ({ version }: ChartName) => version.replaceAll('+', '_');

const refusal = (chart: ChartName, why: string) => new BadInputError([{ message: `${describeChart(chart)} ${why}` }]);
