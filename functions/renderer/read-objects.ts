import { randomUUID } from 'node:crypto';
import { BadInputError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/manifests/json.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ManifestDocument } from './documents.ts';
import { explainReading } from './kubectl-errors.ts';
import { requireEnded } from './require-ended.ts';
import type { ToolLimits, Tools } from './run-tool.ts';
import { runTool } from './run-tool.ts';
import { inWorkspace, type Workspace } from './workspace.ts';

/** An object as kubectl read it, not looked at yet, and the document that it came from. */
export type ReadObject = { document: ManifestDocument; object: unknown };

/**
 * Prints what it is given, unchanged, as JSON: an empty patch, applied by kubectl to nothing but the file. So every scalar means what it
 * means to `kubectl apply`, custom resources need no schema, and lists are taken apart. It is kubectl's only command that adds nothing.
 */
export const readingArguments = ['patch', '--local', '--type=merge', '--patch={}', '--output=json'];

/** `folder` is the application's, for messages about all of it. `managedFields`: keep them, of objects that come from a cluster. */
export type Reading = { tools: Tools; limits: ToolLimits; folder: string; managedFields?: true };

/**
 * Reads documents as `kubectl apply` would, in one run: each in a file of its own, so that one run names all that can't be read.
 *
 * @throws BadInputError with every document's problem, at its file and line
 */
export async function readObjects(documents: readonly ManifestDocument[], reading: Reading): Promise<ReadObject[]> {
  if (documents.length === 0) return [];
  return inWorkspace(async (workspace) => {
    const marker = `${randomUUID()}/v1`;
    await workspace.write(inFewFiles(documents.map((document, index) => marked(document, index, marker))));
    const { ok, stdout } = await read('together', workspace, reading);
    if (!ok) throw new BadInputError(await explainAll(documents, workspace, reading));
    return assign(parseObjects(stdout), documents, marker);
  });
}

async function read(subfolder: string, { folder }: Workspace, reading: Reading) {
  const { tools, limits, folder: file, managedFields = false } = reading;
  const args = [...readingArguments, `--show-managed-fields=${managedFields}`, `--filename=${subfolder}`];
  return requireEnded(await runTool({ program: tools.kubectl, args, folder, limits }), {
    program: 'kubectl',
    limits,
    file,
  });
}

/** kubectl prints objects one after the other, indented: only between two of them does a line begin with a closing brace. */
export function parseObjects(stdout: string): unknown[] {
  return parseJson(`[${stdout.trim().replaceAll('\n}\n{', '\n},{')}]`) as unknown[];
}

/** A document in kubectl's words. Before it goes an object that bears its number, since a document may hold any number of objects. */
type Marked = { isJson: boolean; text: string };

function marked({ text }: ManifestDocument, index: number, marker: string): Marked {
  const place = `{"apiVersion":"${marker}","kind":"Place","metadata":{"name":"${index}"}}`;
  // kubectl reads what begins with a brace as a stream of JSON, and the rest as YAML between separators.
  const isJson = text.trimStart().startsWith('{');
  return { isJson, text: isJson ? `${place}\n${text}\n` : `#\n${place}\n---\n${text}\n` };
}

/** YAML that stands together goes into one file; kubectl takes the files by name. */
function inFewFiles(documents: readonly Marked[]): [path: string, text: string][] {
  const files: Marked[] = [];
  for (const { isJson, text } of documents) {
    const last = files.at(-1);
    if (last === undefined || isJson || last.isJson) files.push({ isJson, text });
    else last.text += `---\n${text}`;
  }
  return files.map(({ text }, index) => [`together/${fileName(index)}`, text]);
}

const fileName = (index: number) => `${String(index).padStart(8, '0')}.yaml`;

type Place = { apiVersion: string; metadata: { name: string } };

function assign(printed: unknown[], documents: readonly ManifestDocument[], marker: string): ReadObject[] {
  const objects: ReadObject[] = [];
  let document: ManifestDocument | undefined;
  for (const object of printed) {
    const { apiVersion, metadata } = object as Place;
    if (apiVersion === marker) document = documents[Number(metadata.name)];
    else if (document !== undefined) objects.push({ document, object });
  }
  return objects;
}

/** Reads again, each document from a file of its own: then kubectl names every one that it can't read, and counts lines from its start. */
async function explainAll(documents: readonly ManifestDocument[], workspace: Workspace, reading: Reading) {
  await workspace.write(documents.map(({ text }, index) => [`apart/${fileName(index)}`, text] as const));
  const { stderr } = await read('apart', workspace, reading);
  const messages = stderr.split('\n').filter((line) => line !== '');
  const named = new Map(messages.map((message) => [documents[numberIn(message)], message]));
  named.delete(undefined);
  const unnamed = messages.some((message) => message.includes("Object 'apiVersion' is missing"));
  const others = documents.filter((document) => unnamed && !named.has(document) && isList(document));
  const problems = [
    ...documents.flatMap((document) => (named.has(document) ? [explain(named.get(document) ?? '', document)] : [])),
    ...others.map((document) => explain("Object 'apiVersion' is missing", document)),
  ];
  return problems.length > 0 ? problems : [explainReading(stderr)];
}

const numberIn = (message: string) => Number(/(\d{8})\.yaml/.exec(message)?.[1] ?? -1);

/** Of an item without `apiVersion` kubectl doesn't say where it is. */
const isList = ({ text }: ManifestDocument) => /\bitems\b/.test(text);

function explain(message: string, document: ManifestDocument): Problem {
  const { line, ...rest } = explainReading(message);
  const inDocument = message.includes('document separator') ? lineOfSeparator(document) : line;
  if (document.isOutput) return { file: document.file, ...rest, message: `${rest.message} (in what it renders)` };
  const absolute = inDocument === undefined ? document.line : document.startLine + inDocument - 1;
  return { file: document.file, line: absolute, ...rest };
}

const lineOfSeparator = ({ text }: ManifestDocument) =>
  text.split('\n').findIndex((line) => line.startsWith('---')) + 1;
