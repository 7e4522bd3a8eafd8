import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findInFiles } from '../../../../shared/images/edit/find-in-files.ts';
import { pinImages } from '../../../../shared/images/edit/pin-images.ts';
import type { ValuesPath } from '../../../../shared/images/edit/tracked.ts';
import { type Pin, parseReference } from '../../../../shared/images/reference.ts';
import { describeProblem } from '../../../../shared/problem.ts';
import { tracking } from './tracking.ts';

const golden = new URL('../../../golden/images/', import.meta.url).pathname;
const cases = globSync('*/pins.json', { cwd: golden })
  .map((file) => file.split('/')[0] as string)
  .sort();

type Files = Map<string, Uint8Array>;

/** Beside the pins of a case: the environment's folder, the names of rules, the paths in values files and what else has rules, where it has them. */
type Setting = {
  path?: string;
  markers?: Record<string, string>;
  values?: ValuesPath[];
  known?: { names: string[]; repositories: string[] };
};

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const decode = (bytes: Uint8Array | undefined) =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

const filesIn = (folder: string): Files =>
  new Map(
    globSync('**', { cwd: folder, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file)]),
  );

/** Edits a folder as the updater would, with every pin that there is. */
function edit(files: Files, folder: string) {
  const pins = new Map(
    (readJson(join(folder, 'pins.json')) as string[])
      .map((text) => parseReference(text) as Pin)
      .map((pin) => [pin.repository, pin]),
  );
  const setting = join(folder, 'setting.json');
  const { path = '.', markers = {}, values = [], known }: Setting = existsSync(setting) ? readJson(setting) : {};
  const tracked = tracking(pins.keys(), {
    markers: new Map(Object.entries(markers)),
    values,
    ...(known && { known: { names: new Set(known.names), repositories: new Set(known.repositories) } }),
  });
  const founds = findInFiles(files, { path, others: [], tracked });
  const edited = founds.map(({ file, text, images }) => {
    const changes = images.map((image) => ({ image, pin: pins.get(image.current.repository) as Pin }));
    return [file, Buffer.from(pinImages(text, changes))] as const;
  });
  return { files: new Map([...files, ...edited]), problems: founds.flatMap(({ problems }) => problems) };
}

describe('fault 21: images in files are changed byte by byte', () => {
  test('there are cases', () => {
    expect(cases).not.toHaveLength(0);
  });

  describe.each(cases)('%s', (name) => {
    const folder = join(golden, name);
    const original = filesIn(join(folder, 'original'));
    const expected = filesIn(join(folder, 'expected'));
    const once = edit(original, folder);

    test.each([...original.keys()])('%s becomes what is expected', (file) => {
      expect(decode(once.files.get(file))).toBe(decode(expected.get(file)));
    });

    test('nothing changes the second time', () => {
      const twice = edit(expected, folder).files;
      for (const [file, bytes] of expected) expect(decode(twice.get(file)), file).toBe(decode(bytes));
    });

    test('what cannot be changed is told with file and line', async () => {
      await expect(once.problems.map((problem) => `${describeProblem(problem)}\n`).join('')).toMatchFileSnapshot(
        join(folder, 'problems.txt'),
      );
    });
  });
});
