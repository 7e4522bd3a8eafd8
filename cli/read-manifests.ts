import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { checkObjects, type Rendered } from '../functions/renderer/check-objects.ts';
import { type ManifestDocument, splitDocuments } from '../functions/renderer/documents.ts';
import { isRefused, readManifest } from '../functions/renderer/guards/manifest.ts';
import { readObjects } from '../functions/renderer/read-objects.ts';
import { defaultToolLimits } from '../functions/renderer/run-tool.ts';
import { ensureKubectlAndHelm } from '../local/tools/kubectl-and-helm.ts';
import type { ArtifactObject } from '../shared/artifacts/artifact.ts';
import { BadInputError, MissingError } from '../shared/errors.ts';

const standardInput = 'standard input';

/**
 * Reads the objects of a file of YAML or JSON as kubectl does: single ones, Lists, several documents.
 *
 * @param source a file, or `-` for standard input
 * @param mayBeEmpty a List without items is an answer, too: of a file without any document nobody knows what became of it. Default: false
 * @throws BadInputError with every mistake, at its file and line; MissingError if there is no such file
 */
export async function readManifests(source: string, { mayBeEmpty = false } = {}): Promise<ArtifactObject[]> {
  const [file, bytes] = source === '-' ? [standardInput, await buffer(process.stdin)] : [source, await read(source)];
  const documents = split(file, bytes);
  const objects = checkObjects(await parse(file, documents), 'default');
  if (documents.length === 0 || (objects.length === 0 && !mayBeEmpty))
    throw new BadInputError([{ file, message: 'has no object in it' }]);
  return objects;
}

const read = (file: string) =>
  readFile(file).catch(() => {
    throw new MissingError(`there is no file ${file} that can be read`);
  });

function split(file: string, bytes: Uint8Array): ManifestDocument[] {
  const manifest = readManifest({ files: new Map([[file, bytes]]), refused: new Map() }, file);
  if (isRefused(manifest)) throw new BadInputError([manifest.problem]);
  if (manifest.duplicates.length > 0) throw new BadInputError(manifest.duplicates);
  return splitDocuments(file, manifest.text);
}

async function parse(file: string, documents: readonly ManifestDocument[]): Promise<Rendered[]> {
  const reading = { tools: await ensureKubectlAndHelm(), limits: defaultToolLimits, folder: file };
  const found = await readObjects(documents, { ...reading, managedFields: true });
  return found.map(({ document: { line }, object }) => ({ source: { file, line }, object }));
}
