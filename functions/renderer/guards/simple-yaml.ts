/** A key that stands twice, at a line that counts from 1. */
type Duplicate = { line: number; key: string };

/** A mapping that may still get keys: the column where they begin. */
type OpenMapping = { column: number; keys: Set<string> };

type Scan = { open: OpenMapping[]; duplicates: Duplicate[] };

/** Each level takes a column at least, so this bounds the depth as well. */
const maximumColumn = 200;
const maximumLineLength = 20_000;

const item = /-(?: +|$)/y;
const key = /(?:([A-Za-z0-9_][\w./-]*)|"([^"\\]*)"|'([^']*)'):(?: +|$)/y;
const blockScalar = /^[|>][+-]?(?: +#.*)?$/;
const simpleValue =
  /^(?:|#.*|\{\}|\[\]|"(?:[^"\\]|\\.)*"(?: +#.*)?|'(?:[^']|'')*'(?: +#.*)?|(?:[^\s{}[\]&*!|>'"%@`#,?:-]|[-?:](?=\S))(?:[^:#]|:(?=\S)|(?<=\S)#)*(?: #.*)?)$/;

/**
 * Reads one document the quick way, if it is what most manifests are: keys, lists and one-line values in blocks, no brackets, anchors
 * or tags. Such a document can't hold a bomb, and its keys are found twenty times faster than by a parser.
 *
 * @returns undefined if a line is anything else: then the parser has to look
 */
export function scanSimpleYaml(text: string): Duplicate[] | undefined {
  const lines = text.split('\n');
  const scan: Scan = { open: [], duplicates: [] };
  for (let index = 0; index < lines.length; index += 1) {
    const content = (lines[index] ?? '').trimEnd();
    const indent = content.length - content.trimStart().length;
    if (indent === content.length || content[indent] === '#') continue;
    if (content.length > maximumLineLength || content.lastIndexOf('\t', indent) >= 0) return undefined;
    const value = readLine({ content, indent, line: index + 1 }, scan);
    if (value === undefined || value.column > maximumColumn) return undefined;
    if (blockScalar.test(value.text)) index = endOfBlock(lines, index, value.column);
    else if (!simpleValue.test(value.text)) return undefined;
  }
  return scan.duplicates;
}

type Line = { content: string; indent: number; line: number };

/** Takes the dashes and the key of a line; returns what is left, and the column that the lines of a block in it must exceed. */
function readLine({ content, indent, line }: Line, scan: Scan): { text: string; column: number } | undefined {
  let column = indent;
  let parent = indent;
  for (item.lastIndex = column; item.test(content); item.lastIndex = column) {
    close(scan, column + 1);
    parent = column;
    column = item.lastIndex;
  }
  key.lastIndex = column;
  const match = key.exec(content);
  if (match === null) return column === indent ? undefined : { text: content.slice(column), column: parent };
  const name = match[1] ?? match[2] ?? match[3] ?? '';
  note(scan, { column, name, line });
  return { text: content.slice(key.lastIndex), column };
}

/** Mappings that begin at this column or further right have ended. */
function close({ open }: Scan, column: number): void {
  while ((open.at(-1)?.column ?? -1) >= column) open.pop();
}

function note(scan: Scan, { column, name, line }: { column: number; name: string; line: number }): void {
  close(scan, column + 1);
  const last = scan.open.at(-1);
  const mapping = last?.column === column ? last : { column, keys: new Set<string>() };
  if (mapping !== last) scan.open.push(mapping);
  if (mapping.keys.has(name)) scan.duplicates.push({ line, key: name });
  mapping.keys.add(name);
}

/** The last line of a block of text (`|`, `>`): all that are further right than `column`, or empty. */
function endOfBlock(lines: readonly string[], start: number, column: number): number {
  let index = start + 1;
  while (index < lines.length && isInBlock(lines[index] ?? '', column)) index += 1;
  return index - 1;
}

function isInBlock(line: string, column: number): boolean {
  const indent = line.length - line.trimStart().length;
  return indent > column || line.trim() === '';
}
