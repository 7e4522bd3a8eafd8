import { BadInputError, MissingError } from '../errors.ts';
import { basic } from './credentials.ts';
import { describeChart } from './describe.ts';
import { type ChartName, type Fetching, maximumChartBytes } from './ports.ts';
import { isLoopbackHost } from './public-address.ts';
import { findInIndex } from './read-index.ts';
import { requireOk } from './require-ok.ts';

/** The largest public one has some twenty megabytes. */
const maximumIndexBytes = 64 * 1024 * 1024;

/** Fetches a chart's archive from a repository with an `index.yaml`. Credentials are for the repository's own host only, whatever its index names. */
export async function fetchFromRepository(chart: ChartName, { download, credentials }: Fetching): Promise<Uint8Array> {
  const base = `${chart.repository}/`;
  const { origin, hostname } = new URL(base);
  const isLocal = isLoopbackHost(hostname);
  const get = (url: string, maximumBytes: number) => {
    const isOwn = credentials !== undefined && URL.canParse(url) && new URL(url).origin === origin;
    return download({ url, maximumBytes, isLocal, headers: isOwn ? basic(credentials) : {} });
  };
  const index = await get(new URL('index.yaml', base).href, maximumIndexBytes);
  requireOk(index, `the index.yaml of ${chart.repository}`, credentials);
  const found = findInIndex(new TextDecoder().decode(index.body), chart);
  if (found === undefined) throw new MissingError(`${describeChart(chart)} is not in the repository's index.yaml`);
  if (found.startsWith('oci://')) throw elsewhere(chart, found);
  const place = URL.canParse(found, base) ? new URL(found, base).href : found;
  const archive = await get(place, maximumChartBytes);
  requireOk(archive, describeChart(chart), credentials);
  return archive.body;
}

/** Which registries may be asked is said by whoever wrote deployer.yaml, not by an index. */
const elsewhere = (chart: ChartName, found: string) =>
  new BadInputError([
    {
      message: `${describeChart(chart)} is in a registry by now: use "repository: ${found.replace(/\/[^/]*$/, '')}", and let deployer.yaml allow it`,
    },
  ]);
