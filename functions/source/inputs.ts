import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import { refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import { createClosure } from './closure.ts';
import type { PlannedApplication } from './plan-applications.ts';

/** Counted up when the renderer's output for the same input changes, so that everything is rendered anew. */
const rendererGeneration = 2;

/**
 * Digests all that an application's rendering is made of. The same digest means the same artifact, so a commit in a monorepo renders only
 * the applications whose files it changed.
 */
export function createInputs(tree: Tree, cluster: ClusterState): (application: PlannedApplication) => string {
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
    const seen = seesCluster(application, tree) ? [cluster.version, cluster.apiVersions] : [];
    const asked = [path, helm, chart?.pin, kustomize, variables, settings.namespace, seen];
    const hash = createHash('sha256').update(JSON.stringify([rendererGeneration, asked, refusedIn(tree, places)]));
    for (const file of [...files].sort()) hash.update(`\0${file}\0${digestOfFile(file)}`);
    return `sha256:${hash.digest('hex')}`;
  };
}

/** Charts alone can ask what the cluster serves: what else is rendered stays the same when definitions come or go. */
const seesCluster = ({ path, chart }: PlannedApplication, { files }: Tree): boolean =>
  chart !== undefined || files.has(posix.join(path, 'Chart.yaml'));

function refusedIn(tree: Tree, places: ReadonlySet<string>): string[] {
  if (tree.refused.size === 0) return [];
  const refused = [...places].flatMap((place) => refusedUnder(tree, place)).map(describeProblem);
  return [...new Set(refused)].sort();
}
