import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureBurst } from './burst.ts';
import { measureEditing } from './edit-tree.ts';
import { measurePushToCommit } from './push-to-commit.ts';

/** `npm run bench:images [-- --json FILE]`: what the image updater does, in numbers. It takes about three minutes. */
const { values } = parseArgs({ options: { json: { type: 'string' } } });

const benches = {
  'One push → commit': measurePushToCommit,
  'Editing a repository': measureEditing,
  '1,000 pushes within a minute': measureBurst,
};

const results: Record<string, Record<string, number>> = {};
for (const [name, measure] of Object.entries(benches)) {
  console.log(`\n${name}`);
  const result = await measure();
  results[name] = result;
  const width = Math.max(...Object.keys(result).map((key) => key.length));
  for (const [key, value] of Object.entries(result))
    console.log(`  ${key.padEnd(width)}  ${value.toLocaleString('en')}`);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
const failed = results['1,000 pushes within a minute']?.['lost updates'] !== 0;
process.exit(failed ? 1 : 0);
