import { posix } from 'node:path';
import { kustomizationsIn } from '../../shared/kustomize/kustomizations.ts';
import type { Reference } from '../../shared/kustomize/references.ts';
import { resolveReference } from '../../shared/kustomize/resolve-reference.ts';
import { filesUnder, type Tree } from '../../shared/tree/tree.ts';
import type { PlannedApplication } from './plan-applications.ts';
import { localDependenciesIn, referencesIn, UncertainError } from './references-in.ts';

/** What of a tree an application's rendering may read. */
export type Closure = {
  files: ReadonlySet<string>;
  /** Where it looks: what was refused there, or is missing, matters too. */
  places: ReadonlySet<string>;
};

type Walk = {
  tree: Tree;
  referencesOf: (file: string) => Reference[];
  files: Set<string>;
  places: Set<string>;
  walked: Set<string>;
};

/**
 * Finds the files that an application is made of: its folder, its value files and variables, and all that its kustomization or chart
 * refers to, wherever that lies. It never leaves out what the renderer reads; where it can't tell, it takes the whole tree.
 */
export function createClosure(tree: Tree): (application: PlannedApplication) => Closure {
  // Many applications share a base: it is parsed once.
  const referencesOf = once((file: string) => referencesIn(textOf(tree, file)));
  return (application) => {
    const walk = { tree, referencesOf, files: new Set<string>(), places: new Set<string>(), walked: new Set<string>() };
    try {
      walkApplication(application, walk);
    } catch (error) {
      if (!(error instanceof UncertainError)) throw error;
      takeFolder('.', walk);
    }
    return walk;
  };
}

const textOf = ({ files }: Tree, file: string) => new TextDecoder().decode(files.get(file));

function once<Value>(compute: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const value = known.has(key) ? (known.get(key) as Value) : compute(key);
    known.set(key, value);
    return value;
  };
}

function walkApplication(application: PlannedApplication, walk: Walk): void {
  const { path, helm, chart, kustomize, variables = [] } = application;
  const folders = [chart === undefined ? path : undefined, kustomize].filter((folder) => folder !== undefined);
  for (const folder of folders) {
    takeFolder(folder, walk);
    walkKustomization(folder, undefined, walk);
  }
  if (chart === undefined) walkChart(path, walk);
  const named = [...helm.values.map((file) => posix.join(path, file)), ...variables.flatMap(({ from }) => from)];
  for (const file of named) take(file, walk);
}

function takeFolder(folder: string, { tree, files, places }: Walk): void {
  places.add(folder);
  for (const file of filesUnder(tree, folder)) files.add(file);
}

function take(file: string, { tree, files, places }: Walk): void {
  places.add(file);
  if (tree.files.has(file)) files.add(file);
}

/** `pluginRoot`: the folder from which kustomize finds what the configuration of a generator or transformer names. */
function walkKustomization(folder: string, pluginRoot: string | undefined, walk: Walk): void {
  const [file, ...others] = kustomizationsIn(walk.tree, folder);
  walk.places.add(folder);
  for (const other of others) take(other, walk);
  if (file !== undefined) followAll(file, { folder, pluginRoot }, walk);
}

type Place = { folder: string; pluginRoot: string | undefined };

function followAll(file: string, { folder, pluginRoot }: Place, walk: Walk): void {
  const step = [file, folder, pluginRoot].join('\0');
  if (walk.walked.has(step)) return;
  walk.walked.add(step);
  take(file, walk);
  for (const reference of walk.referencesOf(file)) follow(reference, { folder, pluginRoot }, walk);
}

function follow(reference: Reference, { folder, pluginRoot }: Place, walk: Walk): void {
  const { kind, value } = reference;
  const target = resolveReference(reference, folder, walk.tree);
  const nextRoot = pluginRoot ?? (kind === 'plugin' ? folder : undefined);
  if ('fault' in target) take(posix.normalize(posix.join(folder, String(value).replace(/^.*?=/, ''))), walk);
  else if ('folder' in target) walkKustomization(target.folder, nextRoot, walk);
  else if ('text' in target) followText(target.text, nextRoot, walk);
  else if (nextRoot === undefined || kind === 'data') take(target.file, walk);
  else followAll(target.file, { folder: nextRoot, pluginRoot: undefined }, walk);
}

/** A plugin's configuration may stand in the kustomization itself. */
function followText(text: string, root: string | undefined, walk: Walk): void {
  if (root === undefined) return;
  for (const reference of referencesIn(text)) follow(reference, { folder: root, pluginRoot: undefined }, walk);
}

function walkChart(folder: string, walk: Walk): void {
  const file = posix.join(folder, 'Chart.yaml');
  if (!walk.tree.files.has(file) || walk.walked.has(file)) return;
  walk.walked.add(file);
  for (const local of localDependenciesIn(textOf(walk.tree, file))) {
    const source = posix.normalize(posix.join(folder, local)).replace(/\/$/, '');
    takeFolder(source, walk);
    walkChart(source, walk);
  }
}
