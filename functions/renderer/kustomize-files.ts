import { posix } from 'node:path';
import { fieldName } from '../../shared/config/issues.ts';
import { kustomizationNames, kustomizationsIn } from '../../shared/kustomize/kustomizations.ts';
import { findReferences, type Reference } from '../../shared/kustomize/references.ts';
import { resolveReference } from '../../shared/kustomize/resolve-reference.ts';
import type { Problem } from '../../shared/problem.ts';
import { isUnder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import { splitDocuments } from './documents.ts';
import { inlineFault, inlineFaults } from './guards/inline-text.ts';
import { forbiddenFields } from './guards/kustomization.ts';
import { isRefused, readManifest } from './guards/manifest.ts';
import { pluginFaults } from './guards/plugin.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';

/** All that kustomize reads when it builds a folder; `manifests` are those that it takes apart, with their text. */
export type KustomizeFiles = { files: Set<string>; manifests: Map<string, string>; problems: Problem[] };

/** The kustomization of a folder, if it has one. */
export const kustomizationIn = (tree: Tree, folder: string): string | undefined => kustomizationsIn(tree, folder)[0];

type Walk = KustomizeFiles & { tree: Tree; folders: Set<string> };

/**
 * Where a reference stands. `pluginRoot` is set where it leads to the configuration of a generator or transformer: the folder of the
 * kustomization that lists it, from which kustomize finds the files that the configuration names.
 */
type Place = { yaml: YamlFile; folder: string; pluginRoot: string | undefined };

/**
 * Follows every reference of a kustomization through the tree. Kustomize gets these files and no others; a reference that isn't a
 * file or a folder of the tree is a problem, so that nothing is left for it to fetch.
 */
export function gatherKustomizeFiles(tree: Tree, folder: string): KustomizeFiles {
  const walk: Walk = { tree, files: new Set(), manifests: new Map(), folders: new Set(), problems: [] };
  visitFolder(folder, undefined, walk);
  return { files: walk.files, manifests: walk.manifests, problems: walk.problems };
}

function visitFolder(folder: string, pluginRoot: string | undefined, walk: Walk): void {
  const key = `${folder}\0${pluginRoot}`;
  if (walk.folders.has(key)) return;
  walk.folders.add(key);
  walk.problems.push(...refusedUnder(walk.tree, folder).filter(({ file = '' }) => isNeeded(file, folder)));
  const [file, ...others] = kustomizationsIn(walk.tree, folder);
  if (file === undefined) {
    walk.problems.push({
      file: folder,
      message: `is used as a base, but has none of ${kustomizationNames.join(', ')}`,
    });
    return;
  }
  for (const other of others) walk.files.add(other);
  const text = readGuarded(file, walk);
  const yaml = text === undefined ? undefined : parse(file, text, walk);
  if (yaml === undefined) return;
  walk.problems.push(...forbiddenFields(yaml, pluginRoot !== undefined));
  followAll({ yaml, folder, pluginRoot }, walk);
}

/** The folder itself, or its kustomization. All else is looked for by its name, and nothing else is read. */
const isNeeded = (refused: string, folder: string): boolean =>
  isUnder(folder, refused) || kustomizationNames.some((name) => posix.join(folder, name) === refused);

function readGuarded(file: string, { tree, files, manifests, problems }: Walk): string | undefined {
  files.add(file);
  const manifest = readManifest(tree, file);
  if (isRefused(manifest)) {
    problems.push(manifest.problem);
    return undefined;
  }
  manifests.set(file, manifest.text);
  problems.push(...manifest.duplicates);
  return manifest.text;
}

function parse(file: string, text: string, { problems }: Walk): YamlFile | undefined {
  const yaml = parseYamlFile(file, text);
  if (!('problem' in yaml)) return yaml;
  problems.push(yaml.problem);
  return undefined;
}

function followAll(place: Place, walk: Walk): void {
  walk.problems.push(...inlineFaults(place.yaml));
  for (const reference of findReferences(place.yaml.value)) follow(reference, place, walk);
}

function follow(reference: Reference, { yaml, folder, pluginRoot }: Place, walk: Walk): void {
  const target = resolveReference(reference, folder, walk.tree);
  const nextRoot = pluginRoot ?? (reference.kind === 'plugin' ? folder : undefined);
  if ('fault' in target) walk.problems.push({ ...placeOf(reference, yaml), message: target.fault });
  else if ('folder' in target) visitFolder(target.folder, nextRoot, walk);
  else if ('file' in target) takeFile(target.file, reference, nextRoot, walk);
  else takeText(target.text, { reference, yaml, pluginRoot: nextRoot }, walk);
}

const placeOf = ({ path }: Reference, { file, lineOf }: YamlFile): Omit<Problem, 'message'> => ({
  file,
  line: lineOf(path),
  field: fieldName(path),
});

function takeFile(file: string, { kind }: Reference, pluginRoot: string | undefined, walk: Walk): void {
  walk.files.add(file);
  if (kind === 'data') return;
  const text = readGuarded(file, walk);
  if (text !== undefined && pluginRoot !== undefined) checkPlugin({ file, folder: pluginRoot, text }, walk);
}

type TextPlace = Omit<Place, 'folder'> & { reference: Reference };

/** What stands in the reference itself is parsed like a file. */
function takeText(text: string, { reference, yaml, pluginRoot }: TextPlace, walk: Walk): void {
  const faults = inlineFault(text, reference.path, yaml);
  walk.problems.push(...faults);
  if (faults.length === 0 && pluginRoot !== undefined) checkPlugin({ file: yaml.file, folder: pluginRoot, text }, walk);
}

/** The configuration of a generator or transformer may refer to files itself. */
function checkPlugin({ file, folder, text }: { file: string; folder: string; text: string }, walk: Walk): void {
  for (const document of splitDocuments(file, text)) {
    const yaml = parse(file, document.text, walk);
    if (yaml === undefined) continue;
    walk.problems.push(...pluginFaults(yaml));
    followAll({ yaml, folder, pluginRoot: undefined }, walk);
  }
}
