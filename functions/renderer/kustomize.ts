import { posix } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { Rendered } from './check-objects.ts';
import { explainKustomize } from './kustomize-errors.ts';
import { gatherKustomizeFiles, kustomizationIn } from './kustomize-files.ts';
import { putUnder, unmask } from './put-under.ts';
import { parseObjects, type Reading, readingArguments } from './read-objects.ts';
import { requireEnded } from './require-ended.ts';
import { runTool } from './run-tool.ts';
import { substituteBuilt } from './variables/substitute-built.ts';
import type { Substitution } from './variables/substitution.ts';
import { inWorkspace } from './workspace.ts';

export type KustomizeOptions = {
  substitute?: Substitution | undefined;
  /** What a chart gave: the first of the kustomization's resources. Its own `${…}` are no variables. */
  chart?: readonly Rendered[];
};

/**
 * A folder with a kustomization, built and read in one run of kubectl, as `kubectl apply --kustomize` does it.
 *
 * @throws BadInputError before kustomize starts, if anything that it would read could harm or isn't in the tree; or with what it said
 */
export async function renderKustomize(
  tree: Tree,
  reading: Reading,
  { substitute, chart }: KustomizeOptions = {},
): Promise<Rendered[]> {
  const { files, manifests, problems } = gatherKustomizeFiles(tree, reading.folder);
  if (problems.length > 0) throw new BadInputError(problems);
  const file = kustomizationIn(tree, reading.folder) ?? reading.folder;
  const contents = new Map([...files].map((path) => [path, tree.files.get(path) ?? new Uint8Array()]));
  const masks = chart !== undefined && substitute !== undefined;
  const whole = chart === undefined ? contents : putUnder(chart, { file, contents, masks });
  const built = await build(whole, file, reading);
  const objects =
    substitute === undefined ? built : await substituteBuilt(built, { substitute, file, manifests, contents }, reading);
  return objects.map((object) => ({ source: { file }, object: masks ? unmask(object) : object }));
}

type Contents = ReadonlyMap<string, Uint8Array>;

async function build(files: Contents, file: string, { folder, tools, limits }: Reading): Promise<unknown[]> {
  return inWorkspace(async (workspace) => {
    await workspace.write([...files].map(([path, content]) => [posix.join('tree', path), content] as const));
    const args = [...readingArguments, `--kustomize=${posix.join('tree', folder)}`];
    const run = await runTool({ program: tools.kubectl, args, folder: workspace.folder, limits });
    const { ok, stdout, stderr } = requireEnded(run, { program: 'kustomize', limits, file });
    if (!ok && !isEmpty(stderr)) {
      throw new BadInputError([explainKustomize(stderr, { file, files, root: `${workspace.folder}/tree` })]);
    }
    return parseObjects(stdout);
  });
}

/** Nothing to read is no failure: what an empty rendering means is not for the renderer to say. */
const isEmpty = (stderr: string) => /^error: no objects passed to patch$/m.test(stderr);
