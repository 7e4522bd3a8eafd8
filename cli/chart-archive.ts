import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ChartArchive } from '../functions/renderer/remote-chart.ts';
import { parseYamlFile } from '../functions/renderer/yaml-file.ts';
import { digestOf } from '../shared/artifacts/digest.ts';
import { BadInputError, MissingError } from '../shared/errors.ts';
import { isPlainObject } from '../shared/manifests/canonical.ts';
import { chartLimits } from '../shared/tree/limits.ts';
import { readTree } from '../shared/tree/read-tree.ts';

/**
 * Reads the archive of a chart, as `helm pull` writes it. Its name and version are what it says itself.
 *
 * @throws MissingError if there is no such file; BadInputError if it is no chart
 */
export async function readChartArchive(file: string): Promise<ChartArchive> {
  const bytes = await readFile(file).catch(() => {
    throw new MissingError(`there is no file ${file}`);
  });
  const { files } = await readTree(bytes, chartLimits, `chart ${basename(file)}`);
  const yaml = parseYamlFile('Chart.yaml', new TextDecoder().decode(files.get('Chart.yaml')));
  const { name, version } = 'value' in yaml && isPlainObject(yaml.value) ? yaml.value : {};
  if (typeof name === 'string' && typeof version === 'string') return { bytes, digest: digestOf(bytes), name, version };
  throw new BadInputError([{ message: `${file} is no chart: it needs a folder with a Chart.yaml that names it` }]);
}
