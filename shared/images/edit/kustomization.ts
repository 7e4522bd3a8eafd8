import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../../problem.ts';
import type { Found, FoundImage, Slot } from './found-image.ts';
import { at, itemsOf, type Place, pairAt, slotOf, stringAt } from './nodes.ts';
import type { Source } from './workloads.ts';

const names = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/** Whether kustomize reads a file of this name as its own. */
export const isKustomization = (file: string) => names.has(file.slice(file.lastIndexOf('/') + 1));

/**
 * The tracked images of a kustomization's `images` entries.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export function findInKustomization(source: Source, root: Place | undefined, tracked: ReadonlySet<string>): Found {
  const entries = itemsOf(source.document, at(source.document, root, 'images'));
  const founds = entries.flatMap((entry) => describeEntry(source, entry, tracked) ?? []);
  return {
    images: founds.flatMap((found) => ('slots' in found ? [found] : [])),
    overrides: entries
      .flatMap((entry) => stringAt(source.document, entry, 'name') ?? [])
      .filter((name) => tracked.has(name)),
    problems: founds.flatMap((found) => ('message' in found ? [found] : [])),
  };
}

function describeEntry(source: Source, entry: Place, tracked: ReadonlySet<string>): FoundImage | Problem | undefined {
  const read = (key: string) => textAt(source, entry, key);
  const repository = read('newName') ?? read('name');
  if (repository === undefined || !tracked.has(repository) || !isMap(entry.node)) return undefined;
  const where = { file: source.file, line: source.lines.linePos(entry.node.range?.[0] ?? 0).line };
  const slots = slotsOf(source.text, entry, entry.node);
  if (typeof slots === 'string')
    return { ...where, field: 'images', message: `${repository} can't be changed here: ${slots}` };
  const tag = read('newTag');
  const digest = read('digest');
  const current = { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
  return { ...where, current, slots };
}

/** A value as it is written: a tag such as `1.2` is a number for YAML. */
function textAt({ document, text }: Source, entry: Place, key: string): string | undefined {
  const place = at(document, entry, key);
  if (place === undefined || !isScalar(place.node) || place.node.value === null) return undefined;
  const { value, range } = place.node;
  return typeof value === 'string' ? value : text.slice(range?.[0], range?.[1]);
}

function slotsOf(text: string, entry: Place, map: YAMLMap): FoundImage['slots'] | string {
  if (entry.shared || pairAt(map, '<<') !== undefined) return 'its entry is written with a YAML anchor or alias';
  if (pairAt(map, 'tagSuffix') !== undefined)
    return 'its entry has a tagSuffix, which would change the tag that is pinned';
  const tag = slotAt(text, map, 'newTag');
  const digest = slotAt(text, map, 'digest');
  if (typeof tag === 'string') return tag;
  return typeof digest === 'string' ? digest : { tag, digest };
}

function slotAt(text: string, map: YAMLMap, key: 'newTag' | 'digest'): Slot | string {
  const pair = pairAt(map, key);
  if (pair === undefined) return insertion(text, map, key);
  if (!isScalar(pair.value)) return `its ${key} is written with a YAML alias`;
  return slotOf(text, { node: pair.value, shared: pair.value.anchor !== undefined });
}

/** A new field goes after the last one of those that it belongs with, in the style of the entry. */
function insertion(text: string, map: YAMLMap, key: string): Slot | string {
  const previous = ['newTag', 'newName', 'name'].map((name) => pairAt(map, name)).find((pair) => pair !== undefined);
  if (previous === undefined || !isScalar(previous.key) || !isScalar(previous.value)) return 'its entry has no name';
  const [keyStart = 0] = previous.key.range ?? [];
  const end = previous.value.range?.[1] ?? 0;
  if (map.flow) return inFlow(end, previous, key);
  const lineEnd = endOfLine(text, end);
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const indentation = ' '.repeat(keyStart - text.lastIndexOf('\n', keyStart - 1) - 1);
  return { start: lineEnd, end: lineEnd, before: `${lineBreak}${indentation}${key}: `, after: '', plain: true };
}

function inFlow(end: number, { key: style }: Pair, key: string): Slot {
  const quote = isScalar(style) && style.type === 'QUOTE_DOUBLE' ? '"' : '';
  return { start: end, end, before: `, ${quote}${key}${quote}: ${quote}`, after: quote, plain: quote === '' };
}

function endOfLine(text: string, position: number): number {
  const lineFeed = text.indexOf('\n', position);
  if (lineFeed < 0) return text.length;
  return text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed;
}
