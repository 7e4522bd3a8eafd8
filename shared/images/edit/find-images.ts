import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { Problem } from '../../problem.ts';
import { type Found, type FoundImage, foundOf } from './found-image.ts';
import { findInKustomization, isKustomization } from './kustomization.ts';
import { type MarkerComment, markerCommentsIn, mayHaveMarkers } from './marker-comments.ts';
import { findMarked } from './markers.ts';
import { rootOf } from './nodes.ts';
import type { Source } from './source.ts';
import type { Tracked } from './tracked.ts';
import { findInValues } from './values.ts';
import { findInWorkloads } from './workloads.ts';

const nothing: Found = { images: [], overrides: [], problems: [] };
const largest = 5_000_000;

/**
 * Finds the places in a YAML or JSON file where tracked images stand. Files that don't mention one aren't parsed at all.
 *
 * @param file its path, for messages; it also tells a kustomization, and the values files that have paths
 * @param text its content, with BOM and line ends as they are
 */
export function findImages(file: string, text: string, tracked: Tracked): Found {
  const mentioned = mentionedIn(file, text, tracked);
  if (mentioned === undefined) return nothing;
  if (text.length > largest) return unreadable(file, mentioned, { message: 'the file is larger than 5 MB' });
  const parsed = parseManifests(text);
  if ('error' in parsed) return unreadable(file, mentioned, parsed.error);
  const { documents, lines } = parsed;
  const comments = mayHaveMarkers(text) ? commentsOf(documents, markerCommentsIn(text)) : new Map();
  return merge(
    documents.map((document) => findInDocument({ file, text, document, lines }, comments.get(document) ?? [], tracked)),
  );
}

/** Both are in the order of the file. */
function commentsOf(documents: Document.Parsed[], comments: MarkerComment[]): Map<Document.Parsed, MarkerComment[]> {
  let index = 0;
  return Map.groupBy(comments, ({ start }) => {
    while (index < documents.length - 1 && start >= (documents[index]?.range[2] ?? 0)) index += 1;
    return documents[index] as Document.Parsed;
  });
}

/** @returns what to call the images in a file that can't be read, or undefined if there are none */
function mentionedIn(file: string, text: string, { repositories, values }: Tracked): string | undefined {
  const mentioned = [...repositories].filter((repository) => text.includes(repository));
  if (mentioned.length > 0) return mentioned.join(', ');
  return mayHaveMarkers(text) || values.some((one) => one.file === file) ? 'its images' : undefined;
}

function findInDocument(source: Source, comments: MarkerComment[], tracked: Tracked): Found {
  const root = rootOf(source.document);
  const find = isKustomization(source.file) ? findInKustomization : findInWorkloads;
  const paths = tracked.values.filter(({ file }) => file === source.file);
  const found = merge([
    find(source, root, tracked.repositories),
    foundOf(paths.map((path) => findInValues(source, root, path))),
  ]);
  const taken = linesOf(source, found);
  const marked = findMarked(source, comments, tracked).filter(
    (place) => !linesIn(source, place).some((line) => taken.has(line)),
  );
  return merge([found, foundOf(marked)]);
}

/** What is found by what it is needs no marker. */
const linesOf = (source: Source, { images, problems }: Found) =>
  new Set([...images, ...problems].flatMap((place) => linesIn(source, place)));

function linesIn({ lines }: Source, place: FoundImage | Problem): number[] {
  if (!('slots' in place)) return place.line === undefined ? [] : [place.line];
  const { line, lines: own = [line], slots } = place;
  const parts = [slots.reference, slots.repository, slots.tag, slots.digest].filter((slot) => slot !== undefined);
  return [...own, ...parts.map(({ start }) => lines.linePos(start).line)];
}

type Parsed = { documents: Document.Parsed[]; lines: LineCounter } | { error: { line?: number; message: string } };

/** The documents of a file, or what is wrong with it. The parser recurses, so hostile nesting exhausts the stack. */
export function parseManifests(text: string): Parsed {
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'silent' });
    const all = 'empty' in documents ? [] : documents;
    const error = firstError(all, lines);
    return error === undefined ? { documents: all, lines } : { error };
  } catch {
    return { error: { message: 'it is nested too deeply' } };
  }
}

function firstError(documents: Document.Parsed[], lines: LineCounter): { line: number; message: string } | undefined {
  const [error] = documents.flatMap((document) => document.errors);
  if (error === undefined) return undefined;
  const [firstLine = ''] = error.message.split('\n');
  return { line: lines.linePos(error.pos[0]).line, message: firstLine.replace(/ at line \d+, column \d+:?$/, '') };
}

function unreadable(file: string, mentioned: string, { line, message }: { line?: number; message: string }): Found {
  const problem: Problem = {
    file,
    ...(line !== undefined && { line }),
    message: `${mentioned} can't be changed here: ${message}`,
  };
  return { ...nothing, problems: [problem] };
}

const merge = (founds: Found[]): Found => ({
  images: founds.flatMap(({ images }) => images),
  overrides: founds.flatMap(({ overrides }) => overrides),
  problems: founds.flatMap(({ problems }) => problems),
});
