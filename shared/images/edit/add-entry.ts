import { isMap, isScalar, isSeq, type Node, type YAMLSeq } from 'yaml';
import type { Slot, Slots } from './found-image.ts';
import { type Place, pairAt } from './nodes.ts';
import { endOfLine, lineBreakOf, type Source } from './source.ts';

/**
 * Where a kustomization gets an entry that it doesn't have yet: at the end of its `images`, which may have to be opened first.
 *
 * @returns a string that says why it can't
 */
export function entrySlots({ text }: Source, root: Place | undefined, repository: string): Slots | string {
  if (root === undefined || !isMap(root.node) || root.node.flow)
    return 'the kustomization is not written in block style';
  const images = pairAt(root.node, 'images');
  const lineBreak = lineBreakOf(text);
  if (images !== undefined) return slotsAfter(text, images.value as Node | null, repository);
  const end = text.endsWith(lineBreak) ? text.length - lineBreak.length : text.length;
  if (/^(?:\.\.\.|---)/m.test(text.slice(root.node.range?.[1]))) return 'its document ends before the file does';
  const opening = { start: end, end, before: `${lineBreak}images:`, after: '', plain: false };
  return { opening, ...fieldsAt(end, { first: `${lineBreak}- `, next: `${lineBreak}  ` }, repository) };
}

function slotsAfter(text: string, images: Node | null, repository: string): Slots | string {
  const last =
    isSeq(images) && !images.flow && images.anchor === undefined ? (images as YAMLSeq).items.at(-1) : undefined;
  if (!isMap(last) || last.flow) return 'its images are not written as a list in block style';
  const value = last.items.at(-1)?.value;
  const [start = 0] = last.range ?? [];
  const dash = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (!isScalar(value) || !/^ *- +$/.test(dash)) return 'its last entry is not written as one field a line';
  const lineBreak = lineBreakOf(text);
  const indentation = ' '.repeat(dash.length);
  const end = endOfLine(text, value.range?.[1] ?? 0);
  return fieldsAt(end, { first: `${lineBreak}${dash}`, next: `${lineBreak}${indentation}` }, repository);
}

function fieldsAt(end: number, { first, next }: { first: string; next: string }, repository: string): Slots {
  const slot = (before: string): Slot => ({ start: end, end, before, after: '', plain: true });
  return { tag: slot(`${first}name: ${repository}${next}newTag: `), digest: slot(`${next}digest: `) };
}
