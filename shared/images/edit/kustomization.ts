import { isMap } from 'yaml';
import type { Problem } from '../../problem.ts';
import { fieldSlots, linesOfFields } from './fields.ts';
import { type Found, type FoundImage, foundOf } from './found-image.ts';
import { at, itemsOf, type Place, pairAt, stringAt, writtenAt } from './nodes.ts';
import { type Source, whereIs } from './source.ts';

export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const fields = { tag: 'newTag', digest: 'digest', after: ['newTag', 'newName', 'name'] };

/** Whether kustomize reads a file of this name as its own. */
export const isKustomization = (file: string) => kustomizationNames.includes(file.slice(file.lastIndexOf('/') + 1));

/**
 * The tracked images of a kustomization's `images` entries.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export function findInKustomization(source: Source, root: Place | undefined, tracked: ReadonlySet<string>): Found {
  const entries = itemsOf(source.document, at(source.document, root, 'images'));
  return foundOf(
    entries.map((entry) => describeEntry(source, entry, tracked)),
    entries.flatMap((entry) => stringAt(source.document, entry, 'name') ?? []).filter((name) => tracked.has(name)),
  );
}

function describeEntry(source: Source, entry: Place, tracked: ReadonlySet<string>): FoundImage | Problem | undefined {
  const read = (key: string) => writtenAt(source, entry, key);
  const repository = read('newName') ?? read('name');
  if (repository === undefined || !tracked.has(repository) || !isMap(entry.node)) return undefined;
  const where = whereIs(source, entry.node);
  const slots =
    pairAt(entry.node, 'tagSuffix') === undefined
      ? fieldSlots(source.text, entry, entry.node, fields)
      : 'its entry has a tagSuffix, which would change the tag that is pinned';
  if (typeof slots === 'string')
    return { ...where, field: 'images', message: `${repository} can't be changed here: ${slots}` };
  const tag = read('newTag');
  const digest = read('digest');
  const current = { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
  const lines = linesOfFields(source, entry.node, ['name', 'newName', 'newTag', 'digest']);
  return { ...where, by: 'kustomization', lines, current, slots };
}
