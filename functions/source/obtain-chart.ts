import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import { describeChart } from '../../shared/charts/describe.ts';
import type { Chart } from '../../shared/config/chart.ts';
import { BadInputError, MissingError, TryAgainError } from '../../shared/errors.ts';
import { isPlainObject } from '../../shared/manifests/canonical.ts';
import { chartLimits } from '../../shared/tree/limits.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { PlannedChart } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

type Ports = Pick<SourcePorts, 'objects' | 'fetchChart'>;

/**
 * Sees to it that the artifact store has a chart's archive, fetching it if this is the first time. A digest that was had once needs no
 * repository any more.
 *
 * @returns its digest
 * @throws BadInputError if the repository's archive is not the one that is pinned, or if none is pinned; it then says what it found
 */
export async function obtainChart({ pin, place }: PlannedChart, ports: Ports): Promise<string> {
  if (pin.digest !== undefined && (await isKept(pin.digest, ports))) return pin.digest;
  const archive = await Promise.race([ports.fetchChart(pin), tooLong(pin)]);
  const found = digestOf(archive);
  const at = (field: string, message: string) =>
    new BadInputError([{ ...place, field: `${place.field}.${field}`, message }]);
  if (pin.digest === undefined)
    throw at(
      'digest',
      `is required, so that the chart is the same tomorrow. ${describeChart(pin)} has today: ${found}`,
    );
  if (found !== pin.digest)
    throw at(
      'digest',
      `is not what ${describeChart(pin)} has: expected ${pin.digest}; found ${found}. If it was changed on purpose, look what is new in it, and pin that`,
    );
  await checkContent(archive, pin, at);
  await ports.objects.putOnce(keys.chart(found), archive);
  return found;
}

/** A repository that drips must not take the time of the other applications. */
const patienceMilliseconds = 60_000;

async function tooLong(pin: Chart): Promise<never> {
  await setTimeout(patienceMilliseconds, undefined, { ref: false });
  throw new TryAgainError(`${describeChart(pin)} took longer than ${patienceMilliseconds / 1000} s`);
}

async function isKept(digest: string, { objects }: Ports): Promise<boolean> {
  try {
    return digestOf(await objects.get(keys.chart(digest))) === digest;
  } catch (error) {
    if (error instanceof MissingError) return false;
    throw error;
  }
}

type At = (field: string, message: string) => BadInputError;

/** The right bytes of the wrong chart would be a puzzle later. */
async function checkContent(archive: Uint8Array, pin: Chart, at: At): Promise<void> {
  const { files } = await readTree(archive, chartLimits, `chart ${pin.name}`);
  const { name, version } = readChart(files.get('Chart.yaml'));
  if (name !== pin.name)
    throw at('name', `is not what the archive says: expected "${pin.name}"; found ${printable(name)}`);
  if (withoutV(version) !== withoutV(pin.version))
    throw at('version', `is not what the archive says: expected "${pin.version}"; found ${printable(version)}`);
}

function readChart(bytes: Uint8Array | undefined): Record<string, unknown> {
  try {
    const chart: unknown = parse(new TextDecoder().decode(bytes), { logLevel: 'error', maxAliasCount: 100 });
    return isPlainObject(chart) ? chart : {};
  } catch {
    return {};
  }
}

const withoutV = (version: unknown) => (typeof version === 'string' ? version.replace(/^v/, '') : version);

const printable = (value: unknown) => JSON.stringify(value ?? 'nothing').slice(0, 100);
