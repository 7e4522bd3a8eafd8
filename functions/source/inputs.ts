import { createHash } from 'node:crypto';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import { refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import { createClosure } from './closure.ts';
import type { PlannedApplication } from './plan-applications.ts';

/** Counted up when the renderer's output for the same input changes, so that everything is rendered anew. */
const rendererGeneration = 1;

/**
 * Digests all that an application's rendering is made of. The same digest means the same artifact, so a commit in a monorepo renders only
 * the applications whose files it changed.
 */
export function createInputs(
  tree: Tree,
  { version, apiVersions }: ClusterState,
): (application: PlannedApplication) => string {
  const closureOf = createClosure(tree);
  const digests = new Map<string, string>();
  const digestOfFile = (file: string) => {
    const digest = digests.get(file) ?? digestOf(tree.files.get(file) ?? new Uint8Array());
    digests.set(file, digest);
    return digest;
  };
  return (application) => {
    const { path, helm, chart, kustomize, variables, settings } = application;
    const { files, places } = closureOf(application);
    const asked = [path, helm, chart?.pin, kustomize, variables, settings.namespace, version, apiVersions];
    const hash = createHash('sha256').update(JSON.stringify([rendererGeneration, asked, refusedIn(tree, places)]));
    for (const file of [...files].sort()) hash.update(`\0${file}\0${digestOfFile(file)}`);
    return `sha256:${hash.digest('hex')}`;
  };
}

function refusedIn(tree: Tree, places: ReadonlySet<string>): string[] {
  if (tree.refused.size === 0) return [];
  const refused = [...places].flatMap((place) => refusedUnder(tree, place)).map(describeProblem);
  return [...new Set(refused)].sort();
}
