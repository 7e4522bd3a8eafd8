import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findImages } from '../../../../shared/images/edit/find-images.ts';
import { pinImages } from '../../../../shared/images/edit/pin-images.ts';
import { type Pin, parseReference } from '../../../../shared/images/reference.ts';
import { describeProblem, type Problem } from '../../../../shared/problem.ts';
import { tracking } from './tracking.ts';

const golden = new URL('../../../golden/images/', import.meta.url).pathname;
const cases = globSync('*/pins.json', { cwd: golden })
  .map((file) => file.split('/')[0] as string)
  .sort();

const filesIn = (folder: string) =>
  globSync('**', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

function pinsOf(folder: string): Map<string, Pin> {
  const texts: string[] = JSON.parse(readFileSync(join(folder, 'pins.json'), 'utf8'));
  return new Map(texts.map((text) => parseReference(text) as Pin).map((pin) => [pin.repository, pin]));
}

function edit(
  file: string,
  bytes: Uint8Array,
  pins: Map<string, Pin>,
): { bytes: Buffer; problems: readonly Problem[] } {
  const text = decode(bytes);
  const { images, problems } = findImages(file, text, tracking(pins.keys()));
  const changes = images.map((image) => ({ image, pin: pins.get(image.current.repository) as Pin }));
  return { bytes: Buffer.from(pinImages(text, changes)), problems };
}

describe('fault 21: images in files are changed byte by byte', () => {
  test('there are cases', () => {
    expect(cases).not.toHaveLength(0);
  });

  describe.each(cases)('%s', (name) => {
    const folder = join(golden, name);
    const pins = pinsOf(folder);
    const files = filesIn(join(folder, 'original'));

    test.each(files)('%s becomes what is expected', (file) => {
      const { bytes } = edit(file, readFileSync(join(folder, 'original', file)), pins);
      expect(decode(bytes)).toBe(decode(readFileSync(join(folder, 'expected', file))));
    });

    test.each(files)('%s is left alone the second time', (file) => {
      const expected = readFileSync(join(folder, 'expected', file));
      expect(decode(edit(file, expected, pins).bytes)).toBe(decode(expected));
    });

    test('what cannot be changed is told with file and line', async () => {
      const problems = files.flatMap((file) => edit(file, readFileSync(join(folder, 'original', file)), pins).problems);
      await expect(problems.map((problem) => `${describeProblem(problem)}\n`).join('')).toMatchFileSnapshot(
        join(folder, 'problems.txt'),
      );
    });
  });
});
