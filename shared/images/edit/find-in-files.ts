import { posix } from 'node:path';
import type { Problem } from '../../problem.ts';
import { isUnder } from '../../tree/tree.ts';
import type { ImageReference } from '../reference.ts';
import { entryToAdd } from './add-entry.ts';
import { decodeText } from './decode.ts';
import { findImages, parseManifests } from './find-images.ts';
import { type Found, type FoundImage, foundOf } from './found-image.ts';
import { isKustomization } from './kustomization.ts';
import { at, rootOf } from './nodes.ts';
import { whereIs } from './source.ts';
import { type Tracked, type ValuesPath, wordsOf } from './tracked.ts';
import { type Files, usedOutside } from './used-outside.ts';

export type Where = {
  /** The folder to look in, and folders in it that are somebody else's. `.` is the root. */
  path: string;
  others: readonly string[];
  tracked: Tracked;
  /** Files in which nothing is to be done (`settledFiles`). Default: none. */
  settled?: ReadonlyMap<string, unknown>;
};

export type FoundInFile = { file: string; text: string } & Pick<Found, 'images' | 'problems'>;

/** Finds tracked images in a tree. Only files that are manifests by their name and mention a tracked image are decoded and parsed. */
export function findInFiles(files: Files, where: Where): FoundInFile[] {
  const mine = [...files].filter(([file]) => isMine(file, where));
  const mayHave = mentionsIn(where.tracked);
  const founds = mine
    .filter(([file, bytes]) => !where.settled?.has(file) && mayHave(file, bytes))
    .map(([file, bytes]) => findInFile(file, bytes, where.tracked));
  const isOverridden = overridesOf(founds);
  const kept = founds.map(({ file, text, found: { images, problems } }) => {
    return { file, text, images: images.filter((image) => image.by !== 'workload' || !isOverridden(image)), problems };
  });
  const missing = mine.flatMap(([file, bytes]) => entriesFor(file, bytes, { files, where, isOverridden }));
  return mergeByFile([...kept, ...missing, ...where.tracked.values.flatMap((path) => outOfReach(path, files, where))]);
}

/** A values file that a rule names and nobody looks into would be passed over without a word. */
function outOfReach({ file, repository }: ValuesPath, files: Files, where: Where): FoundInFile[] {
  if (files.has(file) && isMine(file, where)) return [];
  const reason = files.has(file)
    ? "it is no file of this environment's folder that ends in .yaml, .yml or .json"
    : 'there is no such file';
  const message = `${repository} can't be changed here: ${reason}`;
  return [{ file, text: '', images: [], problems: [{ file, message }] }];
}

const isMine = (file: string, { path, others }: Where) =>
  (/\.(ya?ml|json)$/.test(file) || isKustomization(file)) &&
  isUnder(file, path) &&
  !others.some((other) => isUnder(file, other));

/** Words are looked for in the bytes: most files have none of them, and needn't be read. */
function mentionsIn(tracked: Tracked): (file: string, bytes: Uint8Array) => boolean {
  const needles = [...tracked.repositories, ...wordsOf(tracked)].map((word) => Buffer.from(word));
  const valueFiles = new Set(tracked.values.map(({ file }) => file));
  return (file, bytes) =>
    valueFiles.has(file) ||
    needles.some((needle) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(needle));
}

type Decoded = { file: string; text: string; found: Found };

function findInFile(file: string, bytes: Uint8Array, tracked: Tracked): Decoded {
  const text = decodeText(bytes);
  if (text !== undefined) return { file, text, found: findImages(file, text, tracked) };
  const message = "it names a tracked image, but it isn't UTF-8, so nothing is changed in it";
  return { file, text: '', found: foundOf([{ file, message }]) };
}

type IsOverridden = (image: { file: string; current: ImageReference }) => boolean;

/** A kustomization that has an entry for an image decides about it in its folder and below; what a manifest says there means nothing. */
function overridesOf(founds: Decoded[]): IsOverridden {
  const overrides = founds.flatMap(({ file, found }) =>
    found.overrides.map((repository) => ({ folder: posix.dirname(file), repository })),
  );
  return ({ file, current }) =>
    overrides.some(({ folder, repository }) => repository === current.repository && isUnder(file, folder));
}

type Sight = { files: Files; where: Where; isOverridden: IsOverridden };

/** The entries that a kustomization lacks: the base that it refers to is outside, where nothing may be changed. */
function entriesFor(file: string, bytes: Uint8Array, { files, where, isOverridden }: Sight): FoundInFile[] {
  const text = isKustomization(file) ? decodeText(bytes) : undefined;
  if (!text?.includes('..')) return [];
  const used = usedOutside(file, files, where).filter((current) => !isOverridden({ file, current }));
  if (used.length === 0) return [];
  const { images, problems } = foundOf(used.map((current) => describeEntry(file, text, current)));
  return [{ file, text, images, problems }];
}

function describeEntry(file: string, text: string, current: ImageReference): FoundImage | Problem | undefined {
  const parsed = parseManifests(text);
  const [document] = 'error' in parsed ? [] : parsed.documents;
  if ('error' in parsed || document === undefined) return undefined;
  const root = rootOf(document);
  const source = { file, text, document, lines: parsed.lines };
  const where = whereIs(source, at(document, root, 'images')?.node ?? root?.node ?? {});
  const entry = entryToAdd(source, root);
  if (typeof entry !== 'string') return { ...where, by: 'kustomization', current, slots: { entry } };
  return { ...where, field: 'images', message: `${current.repository} can't be added here: ${entry}` };
}

/** In one file, what is added comes after what is there. */
function mergeByFile(founds: FoundInFile[]): FoundInFile[] {
  return [...Map.groupBy(founds, ({ file }) => file).values()].map((group) => ({
    file: group[0]?.file ?? '',
    text: group[0]?.text ?? '',
    images: group.flatMap(({ images }) => images),
    problems: group.flatMap(({ problems }) => problems),
  }));
}
