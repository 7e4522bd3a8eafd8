import { posix } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { submodulesOf } from '../../shared/tree/submodules.ts';
import { filesUnder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import type { Rendered } from './check-objects.ts';
import { lineAfterEnd, type ManifestDocument, splitDocuments } from './documents.ts';
import { isRefused, type ReadableManifest, readManifest } from './guards/manifest.ts';
import { type Reading, readObjects } from './read-objects.ts';
import { substituteYaml } from './variables/substitute-yaml.ts';
import type { Substitution } from './variables/substitution.ts';

/**
 * A folder of YAML and JSON files, read as `kubectl apply --recursive` reads it. What begins with a dot, and the environment's own
 * configuration, is not part of it.
 *
 * @throws BadInputError with every file's problems; a key that stands twice is one, since kubectl would silently take the last
 */
export async function renderPlain(tree: Tree, reading: Reading, substitute?: Substitution): Promise<Rendered[]> {
  const { folder } = reading;
  const manifests = manifestPaths(tree, folder).map((file) => readManifest(tree, file));
  const readable = manifests.filter((manifest): manifest is ReadableManifest => !isRefused(manifest));
  const written = readable.flatMap(({ file, text }) => splitDocuments(file, text));
  const filled = substitute === undefined ? [] : written.map((document) => substituteYaml(document, substitute));
  const documents = written.map((document, index) => ({ ...document, text: filled[index]?.text ?? document.text }));
  const { objects, unreadable } = await read(documents, reading);
  const problems = [
    ...refusedManifests(tree, folder),
    ...manifests.filter(isRefused).map(({ problem }) => problem),
    ...readable.flatMap(({ file }) => foreign(file)),
    ...readable.flatMap(({ duplicates }) => duplicates.map(duplicate)),
    ...documents.flatMap(cutOff),
    ...unreadable,
    ...filled.flatMap((each) => each.problems),
    ...filled.flatMap(({ invalid }) => (unreadable.some(({ file }) => file === invalid?.file) ? [] : (invalid ?? []))),
  ];
  if (problems.length > 0) throw new BadInputError(problems);
  return objects.map(({ document: { file, line }, object }) => ({ source: { file, line }, object }));
}

/** What kubectl can't read is one problem among others: whoever mends the folder sees them all at once. */
async function read(documents: readonly ManifestDocument[], reading: Reading) {
  try {
    return { objects: await readObjects(documents, reading), unreadable: [] };
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return { objects: [], unreadable: error.problems };
  }
}

function manifestPaths(tree: Tree, folder: string): string[] {
  const configuration = posix.join(folder, 'environment.yaml');
  return filesUnder(tree, folder).filter(
    (path) => isManifest(path) && path !== configuration && isVisible(path, folder),
  );
}

/** A picture that is too large, or a link of a README, is nobody's manifest; a folder that was left out may hold some. */
function refusedManifests(tree: Tree, folder: string): Problem[] {
  const submodules = new Map(submodulesOf(tree.files));
  const isOther = (file: string) => /\.[A-Za-z][A-Za-z0-9]*$/.test(file) && !isManifest(file) && !submodules.has(file);
  return refusedUnder(tree, folder).filter(({ file = '' }) => isVisible(file, folder) && !isOther(file));
}

const isManifest = (path: string) => /\.(ya?ml|json)$/.test(path);

function isVisible(path: string, folder: string): boolean {
  const inside = folder === '.' ? path : path.slice(folder.length + 1);
  return !inside.split('/').some((part) => part.startsWith('.'));
}

/** Folders for other renderers inside a plain one would only give puzzling errors. */
function foreign(file: string): Problem[] {
  const base = posix.basename(file);
  const tool = /^kustomization\.ya?ml$/.test(base) ? 'Kustomize' : base === 'Chart.yaml' ? 'Helm' : undefined;
  const message = `belongs to ${tool}, inside an application of plain manifests; make its folder an application of its own`;
  return tool === undefined ? [] : [{ file, message }];
}

const duplicate = (problem: Problem): Problem => ({
  ...problem,
  message: `${problem.message}; only the last one would count: remove one of them`,
});

function cutOff(document: ManifestDocument): Problem[] {
  const line = lineAfterEnd(document);
  const message = 'stands behind the end mark "..." and would be ignored; put "---" between two documents';
  return line === undefined ? [] : [{ file: document.file, line, message }];
}
