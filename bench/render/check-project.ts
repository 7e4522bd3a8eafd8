import { rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type FolderRequest, renderFolder } from '../../functions/renderer/render.ts';
import type { Tools } from '../../functions/renderer/run-tool.ts';
import { PlumblineError, problemsOf } from '../../shared/errors.ts';
import { kustomizationsIn } from '../../shared/kustomize/kustomizations.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { describeProblem } from '../../shared/problem.ts';
import { filesUnder, type Tree } from '../../shared/tree/tree.ts';
import { fetchModule } from './fetch-module.ts';
import { areSame, builtOver, printedBy, readBy } from './oracle.ts';
import type { Project } from './projects.ts';

type Kind = 'kustomize' | 'helm' | 'plain' | 'helm+kustomize';

/** What became of a folder: the same objects as the tools have, others, or none. */
export type Result = {
  folder: string;
  kind: Kind;
  seconds: number;
  objects: number;
  same: boolean;
  problems: string[];
};

type Objects = KubernetesObject[];

/** A kustomization such as people write over charts of others. */
const overlay = 'namePrefix: x-\nlabels: [{pairs: {team: shop}, includeTemplates: true}]\n';
const overlayFolder = 'bench-overlay';
const valuesFile = 'bench-values.yaml';

/** Renders the folders of a project, charts also with a kustomization over them, and compares with what the tools make of them. */
export async function* checkProject(
  project: Project,
  { tools, scratch }: { tools: Tools; scratch: string },
): AsyncGenerator<Result> {
  const folder = join(scratch, project.module);
  const where = { tools, folder, home: scratch };
  const tree = withOurs(await fetchModule(project, folder), project);
  for (const path of project.folders) {
    const kind = kindOf(tree, path);
    const printed = () => (kind === 'plain' ? manifestsIn(tree, path) : printedBy(kind, path, project.values, where));
    const request = requestFor(path, project);
    const render = (part: Partial<FolderRequest> = {}) => renderFolder(tree, { ...request, ...part }, { tools });
    yield compare({ folder: path, kind }, render, async (objects) => readBy(await printed(), objects, where));
    if (kind !== 'helm') continue;
    const over = () => render({ kustomize: overlayFolder });
    yield compare({ folder: path, kind: 'helm+kustomize' }, over, async (objects) =>
      readBy(await builtOver(await printed(), overlay, where), objects, where),
    );
  }
  await rm(folder, { recursive: true });
}

function withOurs({ files, refused }: Tree, { folders, values = '' }: Project): Tree {
  const beside = folders.map((folder) => [posix.join(folder, valuesFile), Buffer.from(values)] as const);
  const hasChart = ([path]: readonly [string, unknown]) => files.has(posix.join(posix.dirname(path), 'Chart.yaml'));
  const ours = [[`${overlayFolder}/kustomization.yaml`, Buffer.from(overlay)] as const, ...beside.filter(hasChart)];
  return { files: new Map([...files, ...ours]), refused };
}

function requestFor(path: string, { values }: Project): FolderRequest {
  const helm = { releaseName: 'example', values: values === undefined ? [] : [valuesFile] };
  return { path, namespace: 'example', helm, cluster: {} };
}

function kindOf(tree: Tree, path: string): Exclude<Kind, 'helm+kustomize'> {
  if (kustomizationsIn(tree, path).length > 0) return 'kustomize';
  return tree.files.has(posix.join(path, 'Chart.yaml')) ? 'helm' : 'plain';
}

function manifestsIn(tree: Tree, path: string): string {
  const files = filesUnder(tree, path).filter((file) => /\.(ya?ml|json)$/.test(file));
  return files.map((file) => new TextDecoder().decode(tree.files.get(file))).join('\n---\n');
}

async function compare(
  place: Pick<Result, 'folder' | 'kind'>,
  render: () => ReturnType<typeof renderFolder>,
  judge: (objects: Objects) => Promise<Objects>,
): Promise<Result> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const objects = (await render()).objects.map(({ object }) => object);
    const taken = seconds();
    const same = areSame(objects, await judge(objects));
    return { ...place, seconds: taken, objects: objects.length, same, problems: [] };
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    const problems = problemsOf(error).map(describeProblem);
    return { ...place, seconds: seconds(), objects: 0, same: false, problems };
  }
}
