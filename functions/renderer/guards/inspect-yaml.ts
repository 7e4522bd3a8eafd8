import { type CST, Lexer, LineCounter, Parser } from 'yaml';
import { splitDocuments } from '../documents.ts';
import { findDuplicateKeys } from './duplicate-keys.ts';
import { findAliasBomb } from './expansion.ts';
import { scanSimpleYaml } from './simple-yaml.ts';

/** Something about a text, at an offset in it. */
type Found = { offset: number; message: string };

/** Something about a text, at a line that counts from 1. */
type Finding = { line: number; message: string };

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
  const atLine = ({ offset, message }: Found) => ({ line: lines.linePos(offset).line, message });
  const { documents, tooDeep } = readTokens(text, lines);
  if (tooDeep !== undefined) return { fault: atLine({ offset: tooDeep, message: nestedTooDeep }), duplicates: [] };
  const bomb = findAliasBomb(documents);
  const duplicates = documents.flatMap(({ value }) => containersIn(value)).flatMap(findDuplicateKeys);
  return {
    fault: bomb && atLine(bomb),
    duplicates: duplicates.map(({ offset, key }) => atLine({ offset, message: twice(key) })),
  };
}

/** Stops at the first token that is too deep, so that what comes after it costs nothing. */
function readTokens(text: string, lines: LineCounter): { documents: CST.Document[]; tooDeep?: number } {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > maximumDepth) return { documents: [], tooDeep: parser.offset - 1 };
  }
  tokens.push(...parser.end());
  return { documents: tokens.filter((token) => token.type === 'document') };
}

const twice = (key: string) => `has the key "${key.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}" twice`;

const nestedTooDeep = `is nested more than ${maximumDepth} levels deep; no Kubernetes object is`;

function containersIn(token: CST.Token | null | undefined): Container[] {
  if (!isContainer(token)) return [];
  return [token, ...token.items.flatMap(({ key, value }) => [...containersIn(key), ...containersIn(value)])];
}

export function isContainer(token: CST.Token | null | undefined): token is Container {
  return token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection';
}
