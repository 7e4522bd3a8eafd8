import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Slot } from './found-image.ts';

/** A node, and whether it is written in one place only: an anchor on the way to it, or an alias, means that it also counts elsewhere. */
export type Place = { node: Node; shared: boolean };

type Parsed = Document.Parsed | Document;

export const rootOf = (document: Parsed): Place | undefined =>
  document.contents === null ? undefined : enter(document, document.contents as Node, false);

function enter(document: Parsed, node: unknown, shared: boolean): Place | undefined {
  if (isAlias(node)) {
    const target = node.resolve(document as Document);
    return target === undefined ? undefined : { node: target, shared: true };
  }
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return undefined;
  return { node, shared: shared || node.anchor !== undefined };
}

/** Follows a path of keys. Merge keys (`<<`) are read as the Go tools do. */
export function at(document: Parsed, place: Place | undefined, ...path: string[]): Place | undefined {
  return path.reduce<Place | undefined>((here, key) => step(document, here, key), place);
}

function step(document: Parsed, place: Place | undefined, key: string): Place | undefined {
  if (place === undefined || !isMap(place.node)) return undefined;
  const pair = pairAt(place.node, key);
  if (pair !== undefined) return enter(document, pair.value, place.shared);
  const merged = pairAt(place.node, '<<');
  if (merged === undefined) return undefined;
  const sources = isSeq(merged.value) ? merged.value.items : [merged.value];
  return sources.map((source) => ownAt(document, source, key)).find((found) => found !== undefined);
}

/** One level only: merges of merges are a curiosity that an edit needn't understand. */
function ownAt(document: Parsed, source: unknown, key: string): Place | undefined {
  const place = enter(document, source, true);
  const pair = place && isMap(place.node) ? pairAt(place.node, key) : undefined;
  return pair && enter(document, pair.value, true);
}

export const pairAt = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((item) => isScalar(item.key) && item.key.value === key);

export function itemsOf(document: Parsed, place: Place | undefined): Place[] {
  if (place === undefined || !isSeq(place.node)) return [];
  return place.node.items.flatMap((item) => enter(document, item, place.shared) ?? []);
}

export function stringAt(document: Parsed, place: Place | undefined, ...path: string[]): string | undefined {
  const found = at(document, place, ...path);
  return found !== undefined && isScalar(found.node) && typeof found.node.value === 'string'
    ? found.node.value
    : undefined;
}

/** A scalar as it is written: a tag such as `1.2` is a number for YAML. Undefined where there is none. */
export function writtenAt(
  { document, text }: { document: Parsed; text: string },
  place: Place,
  key: string,
): string | undefined {
  const found = at(document, place, key);
  return found !== undefined && isScalar(found.node) ? writtenValue(text, found.node) : undefined;
}

export function writtenValue(text: string, { value, range }: Scalar): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'string' ? value : text.slice(range?.[0], range?.[1]);
}

/**
 * Where a scalar's value is written, without its quotes.
 *
 * @returns a string that says why it can't be replaced
 */
export function slotOf(text: string, { node, shared }: { node: Scalar; shared: boolean }): Slot | string {
  const [start, end] = node.range ?? [0, 0];
  if (shared) return 'it is written with a YAML anchor or alias, so a change would reach other places too';
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') return `it has the YAML tag ${node.tag}`;
  if (text.slice(start, end).includes('\n')) return 'it is written over several lines';
  const before = start === end && text[start - 1] === ':' ? ' ' : '';
  const after = start === end && text[end] === '#' ? ' ' : '';
  const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  return { start: start + quote, end: end - quote, before, after, plain: quote === 0 };
}
