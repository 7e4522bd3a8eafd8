import { isScalar, type Pair, type YAMLMap } from 'yaml';
import type { Slot } from './found-image.ts';
import { type Place, pairAt, slotOf } from './nodes.ts';
import { endOfLine, lineBreakOf, type Source } from './source.ts';

/** How a map names the parts of an image. A missing part is written after the first one of `after` that is there. */
export type FieldNames = { tag: string; digest: string; after: readonly string[] };

/**
 * Where tag and digest are written in a map that has a field for each.
 *
 * @returns a string that says why they can't be
 */
export function fieldSlots(
  text: string,
  { shared }: Place,
  map: YAMLMap,
  names: FieldNames,
): { tag: Slot; digest: Slot } | string {
  if (shared || pairAt(map, '<<') !== undefined) return 'its entry is written with a YAML anchor or alias';
  const tag = slotAt(text, map, names.tag, names);
  const digest = slotAt(text, map, names.digest, names);
  if (typeof tag === 'string') return tag;
  return typeof digest === 'string' ? digest : { tag, digest };
}

/** The lines on which a map has fields of these names. */
export const linesOfFields = ({ lines }: Source, map: YAMLMap, names: readonly string[]): number[] =>
  names.flatMap((name) => {
    const key = pairAt(map, name)?.key;
    return isScalar(key) ? [lines.linePos(key.range?.[0] ?? 0).line] : [];
  });

function slotAt(text: string, map: YAMLMap, key: string, names: FieldNames): Slot | string {
  const pair = pairAt(map, key);
  if (pair === undefined) return insertion(text, map, key, names);
  if (!isScalar(pair.value)) return `its ${key} is written with a YAML alias`;
  return slotOf(text, { node: pair.value, shared: pair.value.anchor !== undefined });
}

/** A new field goes after the last one of those that it belongs with, in the style of the entry. */
function insertion(text: string, map: YAMLMap, key: string, { after }: FieldNames): Slot | string {
  const previous = after.map((name) => pairAt(map, name)).find((pair) => pair !== undefined);
  if (previous === undefined || !isScalar(previous.key) || !isScalar(previous.value))
    return `its entry has none of ${after.join(', ')}`;
  const [keyStart = 0] = previous.key.range ?? [];
  const end = previous.value.range?.[1] ?? 0;
  if (map.flow) return inFlow(end, previous, key);
  const lineEnd = endOfLine(text, end);
  const indentation = ' '.repeat(keyStart - text.lastIndexOf('\n', keyStart - 1) - 1);
  return { start: lineEnd, end: lineEnd, before: `${lineBreakOf(text)}${indentation}${key}: `, after: '', plain: true };
}

function inFlow(end: number, { key: style }: Pair, key: string): Slot {
  const quote = isScalar(style) && style.type === 'QUOTE_DOUBLE' ? '"' : '';
  return { start: end, end, before: `, ${quote}${key}${quote}: ${quote}`, after: quote, plain: quote === '' };
}
