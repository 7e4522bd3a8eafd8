import { posix } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { Rendered } from './check-objects.ts';
import { explainKustomize } from './kustomize-errors.ts';
import { gatherKustomizeFiles, kustomizationIn } from './kustomize-files.ts';
import { parseObjects, type Reading, readingArguments } from './read-objects.ts';
import { requireEnded } from './require-ended.ts';
import { runTool } from './run-tool.ts';
import { inWorkspace } from './workspace.ts';

/**
 * A folder with a kustomization, built and read in one run of kubectl, as `kubectl apply --kustomize` does it.
 *
 * @throws BadInputError before kustomize starts, if anything that it would read could harm or isn't in the tree; or with what it said
 */
export async function renderKustomize(tree: Tree, { folder, tools, limits }: Reading): Promise<Rendered[]> {
  const { files, problems } = gatherKustomizeFiles(tree, folder);
  if (problems.length > 0) throw new BadInputError(problems);
  return inWorkspace(async (workspace) => {
    const contents = new Map([...files].map((path) => [path, tree.files.get(path) ?? new Uint8Array()]));
    await workspace.write([...contents].map(([path, content]) => [posix.join('tree', path), content] as const));
    const args = [...readingArguments, `--kustomize=${posix.join('tree', folder)}`];
    const run = await runTool({ program: tools.kubectl, args, folder: workspace.folder, limits });
    const file = kustomizationIn(tree, folder) ?? folder;
    const { ok, stdout, stderr } = requireEnded(run, { program: 'kustomize', limits, file });
    if (!ok && !isEmpty(stderr)) {
      throw new BadInputError([explainKustomize(stderr, { file, files: contents, root: `${workspace.folder}/tree` })]);
    }
    return parseObjects(stdout).map((object) => ({ source: { file }, object }));
  });
}

/** Nothing to read is no failure: what an empty rendering means is not for the renderer to say. */
const isEmpty = (stderr: string) => /^error: no objects passed to patch$/m.test(stderr);
