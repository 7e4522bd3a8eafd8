import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { Problem } from '../../problem.ts';
import type { Found } from './found-image.ts';
import { findInKustomization, isKustomization } from './kustomization.ts';
import { rootOf } from './nodes.ts';
import { findInWorkloads } from './workloads.ts';

const nothing: Found = { images: [], overrides: [], problems: [] };
const largest = 5_000_000;

/**
 * Finds the places in a YAML or JSON file where tracked images stand. Files that don't mention one aren't parsed at all.
 *
 * @param file its path, for messages; it also tells a kustomization
 * @param text its content, with BOM and line ends as they are
 * @param tracked repositories, as `registry/name`
 */
export function findImages(file: string, text: string, tracked: ReadonlySet<string>): Found {
  const mentioned = [...tracked].filter((repository) => text.includes(repository));
  if (mentioned.length === 0) return nothing;
  if (text.length > largest) return unreadable(file, mentioned, { message: 'the file is larger than 5 MB' });
  const lines = new LineCounter();
  const documents = parse(text, lines);
  const error = documents === undefined ? tooDeep : firstError(documents, lines);
  if (error !== undefined) return unreadable(file, mentioned, error);
  const find = isKustomization(file) ? findInKustomization : findInWorkloads;
  return merge((documents ?? []).map((document) => find({ file, text, document, lines }, rootOf(document), tracked)));
}

const tooDeep = { message: 'it is nested too deeply' };

/** The parser recurses, so hostile nesting exhausts the stack. */
function parse(text: string, lines: LineCounter): Document.Parsed[] | undefined {
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'silent' });
    return 'empty' in documents ? [] : documents;
  } catch {
    return undefined;
  }
}

function firstError(documents: Document.Parsed[], lines: LineCounter): { line: number; message: string } | undefined {
  const [error] = documents.flatMap((document) => document.errors);
  if (error === undefined) return undefined;
  const [firstLine = ''] = error.message.split('\n');
  return { line: lines.linePos(error.pos[0]).line, message: firstLine.replace(/ at line \d+, column \d+:?$/, '') };
}

function unreadable(file: string, mentioned: string[], { line, message }: { line?: number; message: string }): Found {
  const problem: Problem = {
    file,
    ...(line !== undefined && { line }),
    message: `${mentioned.join(', ')} can't be changed here: ${message}`,
  };
  return { ...nothing, problems: [problem] };
}

const merge = (founds: Found[]): Found => ({
  images: founds.flatMap(({ images }) => images),
  overrides: founds.flatMap(({ overrides }) => overrides),
  problems: founds.flatMap(({ problems }) => problems),
});
