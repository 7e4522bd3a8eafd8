import { posix } from 'node:path';
import { isUnder } from '../../tree/tree.ts';
import { findImages } from './find-images.ts';
import type { Found, FoundImage } from './found-image.ts';
import { isKustomization } from './kustomization.ts';

export type Where = {
  /** The folder to look in, and folders in it that are somebody else's. `.` is the root. */
  path: string;
  others: readonly string[];
  /** Repositories, as `registry/name`. */
  tracked: ReadonlySet<string>;
};

export type FoundInFile = { file: string; text: string } & Pick<Found, 'images' | 'problems'>;

/** Finds tracked images in a tree. Only files that are manifests by their name and mention a tracked image are decoded and parsed. */
export function findInFiles(files: ReadonlyMap<string, Uint8Array>, { path, others, tracked }: Where): FoundInFile[] {
  const needles = [...tracked].map((repository) => Buffer.from(repository));
  const mine = [...files].filter(
    ([file, bytes]) =>
      (/\.(ya?ml|json)$/.test(file) || isKustomization(file)) &&
      isUnder(file, path) &&
      !others.some((other) => isUnder(file, other)) &&
      mentions(bytes, needles),
  );
  const founds = mine.map(([file, bytes]) => findInFile(file, bytes, tracked));
  const isOverridden = overridesOf(founds);
  return founds.map(({ file, text, found: { images, problems } }) => {
    return { file, text, images: images.filter((image) => !isOverridden(image)), problems };
  });
}

function mentions(bytes: Uint8Array, needles: Buffer[]): boolean {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return needles.some((needle) => content.includes(needle));
}

type Decoded = { file: string; text: string; found: Found };

function findInFile(file: string, bytes: Uint8Array, tracked: ReadonlySet<string>): Decoded {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { file, text, found: findImages(file, text, tracked) };
  } catch {
    const message = "it names a tracked image, but it isn't UTF-8, so nothing is changed in it";
    return { file, text: '', found: { images: [], overrides: [], problems: [{ file, message }] } };
  }
}

/** A kustomization that has an entry for an image decides about it in its folder and below; what a manifest says there means nothing. */
function overridesOf(founds: Decoded[]): (image: FoundImage) => boolean {
  const overrides = founds.flatMap(({ file, found }) =>
    found.overrides.map((repository) => ({ folder: posix.dirname(file), repository })),
  );
  return ({ file, current, slots }) =>
    'reference' in slots &&
    overrides.some(({ folder, repository }) => repository === current.repository && isUnder(file, folder));
}
