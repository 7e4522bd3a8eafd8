import { BadInputError, MissingError } from '../errors.ts';
import { describeChart } from './describe.ts';
import { type ChartName, type Download, maximumChartBytes } from './ports.ts';
import { isLoopbackHost } from './public-address.ts';
import { findInIndex } from './read-index.ts';
import { requireOk } from './require-ok.ts';

/** The largest public one has some twenty megabytes. */
const maximumIndexBytes = 64 * 1024 * 1024;

/** Fetches a chart's archive from a repository with an `index.yaml`. */
export async function fetchFromRepository(chart: ChartName, download: Download): Promise<Uint8Array> {
  const base = `${chart.repository}/`;
  const isLocal = isLoopbackHost(new URL(base).hostname);
  const url = new URL('index.yaml', base).href;
  const index = await download({ url, maximumBytes: maximumIndexBytes, isLocal });
  requireOk(index, `the index.yaml of ${chart.repository}`);
  const found = findInIndex(new TextDecoder().decode(index.body), chart);
  if (found === undefined) throw new MissingError(`${describeChart(chart)} is not in the repository's index.yaml`);
  if (found.startsWith('oci://')) throw elsewhere(chart, found);
  const place = URL.canParse(found, base) ? new URL(found, base).href : found;
  const archive = await download({ url: place, maximumBytes: maximumChartBytes, isLocal });
  requireOk(archive, describeChart(chart));
  return archive.body;
}

/** Which registries may be asked is said by whoever wrote deployer.yaml, not by an index. */
const elsewhere = (chart: ChartName, found: string) =>
  new BadInputError([
    {
      message: `${describeChart(chart)} is in a registry by now: use "repository: ${found.replace(/\/[^/]*$/, '')}", and let deployer.yaml allow it`,
    },
  ]);
