import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ClusterState } from '../../shared/state/types.ts';
import { filesUnder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import type { PlannedApplication } from './plan-applications.ts';

/** Counted up when the renderer's output for the same input changes, so that everything is rendered anew. */
const rendererGeneration = 1;

/**
 * A digest of all that an application's rendering is made of. The same digest means the same artifact, so a commit in a monorepo
 * renders only the applications that it touches. A folder that refers to others (`../base`, `file://../chart`) is taken to depend on the whole tree.
 */
export function inputsOf(application: PlannedApplication, tree: Tree, { version, apiVersions }: ClusterState): string {
  const { path, helm, kustomize, variables, settings } = application;
  const hash = createHash('sha256');
  const { files, refused } = partsOf(application, tree);
  const asked = [path, helm, kustomize, variables, settings.namespace, version, apiVersions];
  hash.update(JSON.stringify([rendererGeneration, asked, refused]));
  for (const file of files) {
    const bytes = tree.files.get(file) ?? new Uint8Array();
    hash.update(`\0${file}\0${bytes.length}\0`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** The files that are read, in a stable order, and what was refused among them. */
function partsOf({ path, helm, kustomize, variables = [] }: PlannedApplication, tree: Tree) {
  const named = [...helm.values.map((file) => posix.join(path, file)), ...variables.flatMap(({ from }) => from)];
  const folders = [path, ...(kustomize === undefined ? [] : [kustomize])];
  const files = folders.flatMap((folder) => filesUnder(tree, folder));
  const isWide = files.some((file) => refersOutside(file, tree));
  const parts = isWide ? ['.'] : [...folders, ...named];
  return {
    files: [...new Set(parts.flatMap((part) => filesUnder(tree, part)))].sort(),
    refused: parts.flatMap((part) => refusedUnder(tree, part)),
  };
}

const refersOutside = (file: string, { files }: Tree) =>
  /(^|\/)(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/.test(file) &&
  Buffer.from(files.get(file) ?? []).includes('..');
