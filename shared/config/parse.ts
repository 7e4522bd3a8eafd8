import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { BadInputError } from '../errors.ts';
import type { Problem } from '../problem.ts';
import { describeIssue, flattenIssues } from './issues.ts';

type YamlDocument = ReturnType<typeof parseDocument>;

/**
 * Parses a YAML configuration file by a schema, once, at the edge.
 *
 * @param text the file's content
 * @param file its name, as it will stand in messages
 * @throws BadInputError with one problem per mistake: file, line, field, what was found, what would be accepted
 */
export function parseConfiguration<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0)
    throw new BadInputError(document.errors.map((error) => syntaxProblem(error, file, lines)));
  const value = toValue(document, file);
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new BadInputError(
    flattenIssues(result.error.issues).map((issue) => ({
      file,
      line: lineOf(document, issue.path, lines),
      ...describeIssue(issue, value),
    })),
  );
}

function toValue(document: YamlDocument, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new BadInputError([
      { file, message: 'uses YAML aliases in a way that would expand without end; write the values out' },
    ]);
  }
}

function syntaxProblem(error: { message: string; pos: [number, number] }, file: string, lines: LineCounter): Problem {
  const [firstLine = ''] = error.message.split('\n');
  return {
    file,
    line: lines.linePos(error.pos[0]).line,
    message: `is not valid YAML: ${firstLine.replace(/ at line.*$/, '')}`,
  };
}

/** Says of a configuration that was parsed in which line a value stands, or its closest parent that is there. */
export function createLineOf(text: string): (path: readonly PropertyKey[]) => number {
  const lines = new LineCounter();
  let document: YamlDocument | undefined;
  return (path) => {
    document ??= parseDocument(text, { lineCounter: lines });
    return lineOf(document, path, lines);
  };
}

/** The line of the value at `path`, or of its closest parent that is there. */
function lineOf(document: YamlDocument, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
