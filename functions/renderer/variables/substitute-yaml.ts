import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../../../shared/problem.ts';
import { isTemplate } from '../../../shared/variables/template.ts';
import { inspectYaml } from '../guards/inspect-yaml.ts';
import { asGoReads } from '../yaml-file.ts';
import { plainSource, takesTextOnly, textSource } from './scalar.ts';
import { isLeftAlone, type Substitution } from './substitution.ts';

/**
 * Text with its variables put in; or as it was, and what has to be mended first. `invalid`: it is no YAML, of which the renderer that
 * reads it may have more to say.
 */
export type Substituted = { text: string; problems: Problem[]; invalid?: Problem };

type Edit = { start: number; end: number; source: string };
type Walk = {
  text: string;
  file: string;
  lineAt(offset: number): number;
  substitute: Substitution;
  edits: Edit[];
  problems: Problem[];
  /** A variable stands in a key. */
  hasKeys: boolean;
};

/**
 * Puts variables into the scalars of one YAML or JSON document, keys too, and leaves every other byte as it is. Comments are no manifests:
 * what stands in them is not looked at. A scalar that is nothing but `${…}`, without quotes, gets the type that YAML gives to its value.
 *
 * @param startLine the line of the text's beginning in its file
 */
export function substituteYaml(
  { file, text, startLine }: { file: string; text: string; startLine: number },
  substitute: Substitution,
): Substituted {
  if (!isTemplate(text)) return { text, problems: [] };
  const lines = new LineCounter();
  const document = parseDocument(text, { ...asGoReads, lineCounter: lines, uniqueKeys: false });
  const lineAt = (offset: number) => lines.linePos(offset).line + startLine - 1;
  const [error] = document.errors;
  if (error !== undefined)
    return { text, problems: [], invalid: { file, line: lineAt(error.pos[0]), message: notValid } };
  const walk: Walk = { text, file, lineAt, substitute, edits: [], problems: [], hasKeys: false };
  walkObject(document.contents, walk);
  if (walk.problems.length > 0) return { text, problems: walk.problems };
  const result = applied(text, walk.edits);
  return { text: result, problems: walk.hasKeys ? keysTwice(result, walk, startLine) : [] };
}

const notValid = 'is not valid YAML, so that no variables could be put in';

/** Two keys may have become one. */
const keysTwice = (text: string, { file }: Walk, line: number): Problem[] =>
  inspectYaml(text).duplicates.map(({ message }) => ({
    file,
    line,
    message: `${message} once its variables are put in`,
  }));

/** An object, or a list of some: each says for itself whether it is left alone. */
function walkObject(node: Node | null, walk: Walk): void {
  const [kind, items] = isMap(node) ? [node.get('kind'), node.get('items')] : [];
  if (typeof kind === 'string' && kind.endsWith('List') && isSeq(items)) {
    for (const item of items.items) walkObject(item as Node, walk);
  } else if (!(isMap(node) && asksToBeLeftAlone(node))) {
    walkNode(node, { kind, path: [] }, walk);
  }
}

function asksToBeLeftAlone(node: YAMLMap): boolean {
  return isLeftAlone((map, key) => node.getIn(['metadata', map, key]));
}

type Place = { kind: unknown; path: readonly (string | number)[] };

function walkNode(node: unknown, { kind, path }: Place, walk: Walk): void {
  if (isAlias(node)) return;
  if (isScalar(node)) substituteScalar(node, takesTextOnly(kind, path), walk);
  if (isSeq(node))
    for (const [index, item] of node.items.entries()) walkNode(item, { kind, path: [...path, index] }, walk);
  if (isMap(node)) for (const pair of node.items) walkPair(pair, { kind, path }, walk);
}

function walkPair({ key, value }: Pair, { kind, path }: Place, walk: Walk): void {
  if (isScalar(key)) {
    walk.hasKeys ||= isTemplate(String(key.value));
    substituteScalar(key, true, walk);
  }
  walkNode(value, { kind, path: [...path, isScalar(key) ? String(key.value) : ''] }, walk);
}

function substituteScalar(node: Scalar, isText: boolean, walk: Walk): void {
  const [start, end] = node.range ?? [0, 0];
  if (typeof node.value !== 'string' || !isTemplate(node.value)) return;
  const expansion = walk.substitute(node.value);
  const written = walk.text.slice(start, end);
  if ('faults' in expansion) {
    for (const { source, message } of expansion.faults) {
      const offset = start + Math.max(0, written.indexOf(source));
      walk.problems.push({ file: walk.file, line: walk.lineAt(offset), message });
    }
    return;
  }
  const isTyped = !isText && expansion.isWhole && node.type === Scalar.PLAIN;
  const source = isTyped ? plainSource(expansion.text) : textSource(expansion.text);
  // A block of text ends with its last line; one line takes its place.
  walk.edits.push({ start, end, source: written.endsWith('\n') ? `${source}\n` : source });
}

function applied(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.start - b.start);
  const pieces = ordered.map(({ start, source }, index) => text.slice(ordered[index - 1]?.end ?? 0, start) + source);
  return pieces.join('') + text.slice(ordered.at(-1)?.end ?? 0);
}
