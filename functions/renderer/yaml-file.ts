import { isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { Problem } from '../../shared/problem.ts';

/** As Go's tools read YAML. The parser's warnings would go to the log, and quote what stands in the file. */
export const asGoReads = { version: '1.1', merge: true, logLevel: 'error' } as const;

/** A small configuration file of a renderer, read to see what it refers to. */
export type YamlFile = { file: string; value: unknown; lineOf(path: readonly (string | number)[]): number };

/**
 * Parses text that `guardManifest` has let pass, as Go's tools would: YAML 1.1 with merge keys. What the two might read differently
 * (tags, several documents) is refused, so that nothing can hide from the guards.
 */
export function parseYamlFile(file: string, text: string): YamlFile | { problem: Problem } {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...asGoReads, lineCounter: lines });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error !== undefined) {
    const message = `is not valid YAML: ${(error.message.split('\n')[0] ?? '').replace(/ at line.*$/, '')}`;
    return { problem: { file, line: lineAt(error.pos[0]), message } };
  }
  const tagged = firstTag(document);
  if (tagged !== undefined) {
    return { problem: { file, line: lineAt(tagged), message: 'uses a YAML tag ("!…"), which is not accepted here' } };
  }
  const read = resolved(document);
  if (read === undefined) return { problem: { file, line: 1, message: unresolved } };
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
    return path.length === 0 ? 1 : lineOf(path.slice(0, -1));
  };
  return { file, value: read.value, lineOf };
}

/** `undefined` where merge keys or aliases have no meaning: then the parser throws. */
function resolved(document: ReturnType<typeof parseDocument>): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: 1000 }) };
  } catch {
    return undefined;
  }
}

const unresolved = 'has a merge key ("<<") or aliases that lead to no mapping; write the values out';

function firstTag(document: ReturnType<typeof parseDocument>): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (!('tag' in node) || node.tag === undefined) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
