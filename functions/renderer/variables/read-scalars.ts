import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import { type Reading, readObjects } from '../read-objects.ts';

/** What Go's tools make of scalars without quotes: `no` is false to them, `1e3` a number and `12:30` text. */
export async function readScalars(
  sources: ReadonlySet<string>,
  reading: Reading,
): Promise<ReadonlyMap<string, unknown>> {
  const written = [...sources];
  const list = written.map((source) => `- ${source}\n`).join('');
  const text = `apiVersion: plumbline.dev/v1\nkind: Scalars\nmetadata:\n  name: scalars\nscalars:\n${list}`;
  const [read] = await readObjects([{ file: reading.folder, startLine: 1, line: 1, text, isOutput: true }], reading);
  const values = isPlainObject(read?.object) && Array.isArray(read.object.scalars) ? read.object.scalars : [];
  return new Map(written.map((source, index) => [source, values[index]]));
}
