import { type CST, LineCounter, Parser } from 'yaml';
import { splitDocuments } from '../documents.ts';
import { findDuplicateKeys } from './duplicate-keys.ts';
import { findAliasBomb } from './expansion.ts';
import { scanSimpleYaml } from './simple-yaml.ts';

/** Something about a text, at an offset in it. */
type Found = { offset: number; message: string };

/** Something about a text, at a line that counts from 1. */
export type Finding = { line: number; message: string };

export type Inspection = {
  /** Why no renderer may see the text: what it would do to one. */
  fault: Finding | undefined;
  /** Keys that stand twice in one mapping: Go's tools silently take the last one. */
  duplicates: Finding[];
};

/** A container of YAML's concrete syntax: a mapping or a list, in blocks or in brackets. */
export type Container = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;

/** The deepest schemas of custom resources have some 60 levels; renderers crash at some thousands. */
const maximumDepth = 200;

/**
 * Looks at the documents of YAML or JSON, in time linear to their length and without expanding anything: it tells of a text that is nested
 * too deeply or whose aliases would grow without bound, and of keys that stand twice. Whether the text is valid is the renderer's to say.
 */
export function inspectYaml(text: string): Inspection {
  const duplicates: Finding[] = [];
  for (const document of splitDocuments('', text)) {
    const found = inspectDocument(document.text);
    const inText = ({ line, message }: Finding) => ({ line: line + document.startLine - 1, message });
    if (found.fault !== undefined) return { fault: inText(found.fault), duplicates: [] };
    duplicates.push(...found.duplicates.map(inText));
  }
  return { fault: undefined, duplicates };
}

function inspectDocument(text: string): Inspection {
  const simple = scanSimpleYaml(text);
  if (simple !== undefined)
    return { fault: undefined, duplicates: simple.map(({ line, key }) => ({ line, message: twice(key) })) };
  const lines = new LineCounter();
  const documents = [...new Parser(lines.addNewLine).parse(text)].filter((token) => token.type === 'document');
  const found = inspectTokens(documents);
  const atLine = ({ offset, message }: Found) => ({ line: lines.linePos(offset).line, message });
  return { fault: found.fault && atLine(found.fault), duplicates: found.duplicates.map(atLine) };
}

function inspectTokens(documents: readonly CST.Document[]): { fault: Found | undefined; duplicates: Found[] } {
  const containers: Container[] = [];
  for (const { value } of documents) {
    const tooDeep = walk(value, containers);
    if (tooDeep !== undefined) return { fault: { offset: tooDeep, message: nestedTooDeep }, duplicates: [] };
  }
  const duplicates = containers.flatMap(findDuplicateKeys).map(({ offset, key }) => ({ offset, message: twice(key) }));
  return { fault: findAliasBomb(documents), duplicates };
}

const twice = (key: string) => `has the key "${key.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}" twice`;

const nestedTooDeep = `is nested more than ${maximumDepth} levels deep; no Kubernetes object is`;

/** Gathers every container; without recursion, since the depth is not known yet. Returns the offset of the first one that is too deep. */
function walk(root: CST.Token | undefined, containers: Container[]): number | undefined {
  const open: { token: CST.Token | null | undefined; depth: number }[] = [{ token: root, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (!isContainer(token)) continue;
    if (depth > maximumDepth) return token.offset;
    containers.push(token);
    for (const { key, value } of token.items)
      open.push({ token: value, depth: depth + 1 }, { token: key, depth: depth + 1 });
  }
  return undefined;
}

export function isContainer(token: CST.Token | null | undefined): token is Container {
  return token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection';
}
