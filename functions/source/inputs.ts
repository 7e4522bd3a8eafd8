import { createHash } from 'node:crypto';
import type { ClusterState } from '../../shared/state/types.ts';
import type { Tree } from '../../shared/tree/read-tree.ts';
import type { PlannedApplication } from './plan-applications.ts';

/** Counted up when the renderer's output for the same input changes, so that everything is rendered anew. */
const rendererGeneration = 1;

/**
 * A digest of all that an application's rendering is made of. The same digest means the same artifact, so a commit in a monorepo
 * renders only the applications that it touches. A folder that refers to others (`../base`) is taken to depend on the whole tree.
 */
export function inputsOf(
  { path, helm, settings }: PlannedApplication,
  tree: Tree,
  { version, apiVersions }: ClusterState,
): string {
  const own = filesUnder(tree, path);
  const files = own.some(([name, bytes]) => refersOutside(name, bytes)) ? filesUnder(tree, '.') : own;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([rendererGeneration, path, helm, settings.namespace, version, apiVersions]));
  for (const [name, bytes] of files) hash.update(`\0${name}\0${bytes.length}\0`).update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

function filesUnder({ files }: Tree, folder: string): [string, Uint8Array][] {
  const entries = folder === '.' ? [...files] : [...files].filter(([path]) => path.startsWith(`${folder}/`));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

const refersOutside = (name: string, bytes: Uint8Array) =>
  /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(name) &&
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('..');
