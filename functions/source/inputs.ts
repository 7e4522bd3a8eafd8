import { createHash } from 'node:crypto';
import type { ClusterState } from '../../shared/state/types.ts';
import { filesUnder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import type { PlannedApplication } from './plan-applications.ts';

/** Counted up when the renderer's output for the same input changes, so that everything is rendered anew. */
const rendererGeneration = 1;

/**
 * A digest of all that an application's rendering is made of. The same digest means the same artifact, so a commit in a monorepo
 * renders only the applications that it touches. A folder that refers to others (`../base`, `file://../chart`) is taken to depend on the whole tree.
 */
export function inputsOf(
  { path, helm, settings }: PlannedApplication,
  tree: Tree,
  { version, apiVersions }: ClusterState,
): string {
  const folder = filesUnder(tree, path).some((file) => refersOutside(file, tree)) ? '.' : path;
  const hash = createHash('sha256');
  const refused = refusedUnder(tree, folder);
  hash.update(JSON.stringify([rendererGeneration, path, helm, settings.namespace, version, apiVersions, refused]));
  for (const file of filesUnder(tree, folder)) {
    const bytes = tree.files.get(file) ?? new Uint8Array();
    hash.update(`\0${file}\0${bytes.length}\0`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}

const refersOutside = (file: string, { files }: Tree) =>
  /(^|\/)(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/.test(file) &&
  Buffer.from(files.get(file) ?? []).includes('..');
