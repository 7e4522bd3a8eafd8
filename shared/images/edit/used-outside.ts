import { posix } from 'node:path';
import { isUnder } from '../../tree/tree.ts';
import type { ImageReference } from '../reference.ts';
import { decodeText } from './decode.ts';
import { findImages, parseManifests } from './find-images.ts';
import { kustomizationNames } from './kustomization.ts';
import { at, itemsOf, rootOf } from './nodes.ts';
import type { Tracked } from './tracked.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

/** The tracked images that a kustomization takes from outside of a folder, such as a base that several environments share. */
export function usedOutside(
  file: string,
  files: Files,
  { path, tracked }: { path: string; tracked: Tracked },
): ImageReference[] {
  const bases = referencesOf(file, files).filter((target) => !isUnder(target, path));
  const used = bases.flatMap((target) => imagesAt(target, files, { tracked, visited: new Set() }));
  return [...new Map(used.toReversed().map((image) => [image.repository, image])).values()].toReversed();
}

/** Hostile kustomizations could refer to each other without end. */
const mostVisited = 500;

type Walk = { tracked: Tracked; visited: Set<string> };

/** The images of a manifest, or of a folder with a kustomization: what that one says comes first, since it decides. */
function imagesAt(target: string, files: Files, walk: Walk): ImageReference[] {
  if (walk.visited.has(target) || walk.visited.size >= mostVisited) return [];
  walk.visited.add(target);
  const kustomization = kustomizationNames.map((name) => posix.join(target, name)).find((name) => files.has(name));
  const file = kustomization ?? target;
  const text = decodeText(files.get(file) ?? new Uint8Array());
  if (text === undefined) return [];
  const own = findImages(file, text, walk.tracked).images.map(({ current }) => current);
  if (kustomization === undefined) return own;
  return [...own, ...referencesOf(file, files).flatMap((target) => imagesAt(target, files, walk))];
}

const lists = ['resources', 'bases', 'components'];

/** Paths of what a kustomization refers to. Nothing is said of one that can't be read: whoever renders it will. */
function referencesOf(file: string, files: Files): string[] {
  const parsed = parseManifests(decodeText(files.get(file) ?? new Uint8Array()) ?? '');
  if ('error' in parsed) return [];
  return parsed.documents
    .flatMap((document) => lists.flatMap((list) => itemsOf(document, at(document, rootOf(document), list))))
    .flatMap(({ node }) => ('value' in node && typeof node.value === 'string' ? [node.value] : []))
    .filter((reference) => !reference.includes('://'))
    .map((reference) => posix.join(posix.dirname(file), reference).replace(/\/$/, ''));
}
