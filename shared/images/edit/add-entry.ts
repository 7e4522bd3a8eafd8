import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Field, NewEntry } from './found-image.ts';
import { type Place, pairAt } from './nodes.ts';
import { endOfLine, lineBreakOf, type Source } from './source.ts';

/**
 * Where and how a kustomization gets an entry that it doesn't have yet: at the end of its `images`, which may have to be opened first, in the
 * style that is there, block or flow.
 *
 * @returns a string that says why it can't
 */
export function entryToAdd({ text }: Source, root: Place | undefined): NewEntry | string {
  if (root === undefined || !isMap(root.node)) return 'the kustomization is no map';
  if (pairAt(root.node, '<<') !== undefined) return 'the kustomization is written with a YAML anchor or alias';
  const images = pairAt(root.node, 'images');
  if (images !== undefined) return atTheEndOf(text, images);
  return root.node.flow ? afterLastField(text, root.node) : afterLastLine(text, root.node);
}

function afterLastLine(text: string, root: YAMLMap): NewEntry | string {
  const lineBreak = lineBreakOf(text);
  const at = text.endsWith(lineBreak) ? text.length - lineBreak.length : text.length;
  if (/^(?:\.\.\.|---)/m.test(text.slice(root.range?.[1]))) return 'its document ends before the file does';
  const start = lineBreak + indentationOf(text, root.items[0]?.key);
  return { at, before: `${start}images:`, between: '', after: '', ...inBlock(start, '- ') };
}

/** `{"resources": ["../base"]}` */
function afterLastField(text: string, root: YAMLMap): NewEntry | string {
  const last = root.items.at(-1);
  const at = isEmpty(last?.value) ? undefined : endOf(last?.value);
  if (last === undefined || at === undefined) return 'its last field has no value';
  const quote = quoteOf(last);
  const before = `,${gapBefore(text, last.key) || ' '}${quote}images${quote}: [`;
  return { at, before, between: ', ', after: ']', ...inFlow({ quote }) };
}

function atTheEndOf(text: string, images: Pair): NewEntry | string {
  const list = images.value as Node | null;
  if (isAlias(list) || (isSeq(list) && list.anchor !== undefined))
    return 'its images are written with a YAML anchor or alias';
  if (isSeq(list)) return list.flow ? afterLastItem(text, images, list) : afterLastDash(text, list);
  if (!isEmpty(list)) return 'its images are no list';
  const start = lineBreakOf(text) + indentationOf(text, images.key);
  return { ...nothingAround, at: endOfLine(text, endOf(list) ?? 0), ...inBlock(start, '- ') };
}

const nothingAround = { before: '', between: '', after: '' };

/** `images:` and nothing behind it */
const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && node.source === '' && node.anchor === undefined && node.tag === undefined;

function afterLastDash(text: string, list: YAMLSeq): NewEntry | string {
  const last = list.items.at(-1) as Node | undefined;
  const start = last?.range?.[0] ?? 0;
  const dash = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const field = isMap(last) && !last.flow ? last.items.at(-1)?.value : last;
  const isSimple = isAlias(field) || (isScalar(field) ? !field.type?.startsWith('BLOCK') : isMap(field) && field.flow);
  if (!isSimple || !/^ *- +$/.test(dash)) return 'its last entry is not written as one field a line';
  const lineBreak = lineBreakOf(text);
  return { ...nothingAround, at: endOfLine(text, endOf(field) ?? 0), ...inBlock(lineBreak, dash) };
}

/** `[{name: app, newTag: 1.0.0}]`, or `[]` */
function afterLastItem(text: string, images: Pair, list: YAMLSeq): NewEntry | string {
  const last = list.items.at(-1);
  const style = flowStyle(text, isMap(last) ? last : undefined, images);
  if (last === undefined) return { at: (list.range?.[0] ?? 0) + 1, before: '', between: ', ', after: '', ...style };
  const at = endOf(last);
  if (at === undefined) return 'its last entry is empty';
  const between = `,${gapBefore(text, last) || ' '}`;
  return { at, before: between, between, after: '', ...style };
}

/** A list that is written over several lines, as JSON mostly is, goes on as its last entry is written. */
function flowStyle(text: string, last: YAMLMap | undefined, images: Pair) {
  const [first] = last?.items ?? [];
  const isOver = first !== undefined && last?.flow && gapBefore(text, first.key).includes('\n');
  const [, end = 0] = last?.range ?? [];
  return isOver
    ? inFlow({ quote: quoteOf(first), open: gapBefore(text, first.key), close: gapBefore(text, { range: [end - 1] }) })
    : inFlow({ quote: quoteOf(first ?? images) });
}

const endOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[1];

/** Blanks and line breaks before a node. */
const gapBefore = (text: string, node: unknown): string =>
  /\s*$/.exec(text.slice(0, (node as Pick<Node, 'range'>).range?.[0]))?.[0] ?? '';

/** A byte order mark is no column. */
function indentationOf(text: string, key: unknown): string {
  const start = (key as Node).range?.[0] ?? 0;
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return /^\uFEFF?( *)/.exec(line)?.[1] ?? '';
}

/** Keys with double quotes are JSON's, which has no values without them either. */
const quoteOf = ({ key }: Pair) => (isScalar(key) && key.type === 'QUOTE_DOUBLE' ? '"' : '');

const field = (before: string, quote = ''): Field => ({ before: before + quote, after: quote, plain: quote === '' });

function inBlock(start: string, dash: string): Pick<NewEntry, 'fields' | 'end'> {
  const next = `${start}${' '.repeat(dash.length)}`;
  const [name, tag, digest] = [`${start}${dash}name: `, `${next}newTag: `, `${next}digest: `];
  return { fields: { name: field(name), tag: field(tag), digest: field(digest) }, end: '' };
}

type Flow = { quote: string; open?: string; close?: string };

function inFlow({ quote, open = '', close = '' }: Flow): Pick<NewEntry, 'fields' | 'end'> {
  const named = (joint: string, name: string) => field(`${joint}${quote}${name}${quote}: `, quote);
  const next = `,${open || ' '}`;
  const fields = { name: named(`{${open}`, 'name'), tag: named(next, 'newTag'), digest: named(next, 'digest') };
  return { fields, end: `${close}}` };
}
