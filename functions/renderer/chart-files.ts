import { posix } from 'node:path';
import { isRemote } from '../../shared/kustomize/remote.ts';
import { isPlainObject } from '../../shared/manifests/canonical.ts';
import type { Problem } from '../../shared/problem.ts';
import { filesUnder, refusedUnder, type Tree } from '../../shared/tree/tree.ts';
import { isPackedChart, isParsedByHelm, isRemoteSchema } from './guards/chart-file.ts';
import { isRefused, type ReadableManifest, readManifest } from './guards/manifest.ts';
import { inspectPackedChart } from './packed-chart.ts';
import { onlyLast, substituteValues, takeValueFiles, type ValueFiles } from './value-files.ts';
import type { Substitution } from './variables/substitution.ts';
import { parseYamlFile } from './yaml-file.ts';

/** What Helm gets, by its path in the workspace, and what it was in the repository, for messages. */
export type ChartFiles = {
  files: Map<string, Uint8Array>;
  sources: Map<string, string>;
  /** Value files in the workspace, in order. */
  values: string[];
  /** The chart's schema refers to others on the network: its values can't be checked. */
  skipsSchema: boolean;
  problems: Problem[];
  warnings: Problem[];
};

export type ChartRequest = {
  /** Where the chart is in the tree. */
  folder: string;
  /** It comes from a chart repository: then its own `values.yaml` is somebody else's, and has no variables of ours. */
  isRemote: boolean;
  values: ValueFiles;
};

/** Gathers a chart, its dependencies beside it in the repository (`file://`) and its value files, all guarded. */
export async function gatherChart(tree: Tree, { folder, isRemote, values }: ChartRequest): Promise<ChartFiles> {
  const chart: ChartFiles = {
    files: new Map(),
    sources: new Map(),
    values: [],
    skipsSchema: false,
    problems: [],
    warnings: [],
  };
  takeChart(tree, folder, 'chart', chart);
  const { substitute } = values;
  const own = readManifest(tree, posix.join(folder, 'values.yaml'));
  if (!isRemote && !isRefused(own)) takeOwnValues(own, substitute, chart);
  takeValueFiles(tree, values, chart);
  await inspectPacked(chart);
  return chart;
}

/** A chart in the repository has values that are the application's own. */
function takeOwnValues(
  { text, duplicates }: ReadableManifest,
  substitute: Substitution | undefined,
  chart: ChartFiles,
): void {
  chart.warnings.push(...duplicates.map(onlyLast));
  if (substitute !== undefined) substituteValues({ text, target: 'chart/values.yaml', substitute }, chart);
}

/** Dependencies may be packed: Helm unpacks them, so they are looked at as the chart is. */
async function inspectPacked(chart: ChartFiles): Promise<void> {
  const packed = [...chart.files].filter(([path]) => isPackedChart(path));
  const found = packed.map(([path, bytes]) => inspectPackedChart(bytes, chart.sources.get(path) ?? path));
  for (const { problems, remoteSchemas } of await Promise.all(found)) {
    chart.problems.push(...problems);
    for (const file of remoteSchemas) skipSchema(file, chart);
  }
}

function takeChart(tree: Tree, folder: string, target: string, chart: ChartFiles): void {
  chart.problems.push(...refusedUnder(tree, folder));
  for (const file of filesUnder(tree, folder))
    take(tree, file, posix.join(target, posix.relative(folder, file)), chart);
  for (const file of filesUnder(tree, folder).filter(isParsedByHelm)) {
    const manifest = readManifest(tree, file);
    if (isRefused(manifest)) chart.problems.push(manifest.problem);
    else if (isRemoteSchema(file, manifest.text)) skipSchema(file, chart);
  }
  takeDependencies(tree, folder, target, chart);
}

function take(tree: Tree, file: string, target: string, { files, sources }: ChartFiles): void {
  files.set(target, tree.files.get(file) ?? new Uint8Array());
  sources.set(target, file);
}

function skipSchema(file: string, chart: ChartFiles): void {
  chart.skipsSchema = true;
  chart.warnings.push({
    file,
    message: 'refers to a schema on the network, which is never fetched: the values were not checked against it',
  });
}

type Dependency = { name: string; repository: string; index: number };

/** A dependency with a `file://` repository is put where `helm dependency build` would put it. All others must be there. */
function takeDependencies(tree: Tree, folder: string, target: string, chart: ChartFiles): void {
  const file = posix.join(folder, 'Chart.yaml');
  const manifest = readManifest(tree, file);
  const yaml = isRefused(manifest) ? undefined : parseYamlFile(file, manifest.text);
  if (yaml === undefined || 'problem' in yaml) return;
  for (const { name, repository, index } of dependenciesOf(yaml.value)) {
    if (isVendored(tree, folder, name)) continue;
    const place = { file, line: yaml.lineOf(['dependencies', index]), field: `dependencies[${index}]` };
    const local = /^file:\/\/(.+)$/.exec(repository)?.[1];
    const source = local === undefined ? undefined : posix.normalize(posix.join(folder, local)).replace(/\/$/, '');
    const isThere =
      source !== undefined && !source.startsWith('..') && tree.files.has(posix.join(source, 'Chart.yaml'));
    const isOwnParent = source !== undefined && (folder === source || folder.startsWith(`${source}/`));
    if (isThere && !isOwnParent && target.length < 1000)
      takeChart(tree, source, posix.join(target, 'charts', name), chart);
    else chart.problems.push({ ...place, message: missingDependency(name, repository) });
  }
}

function dependenciesOf(value: unknown): Dependency[] {
  const list = isPlainObject(value) && Array.isArray(value.dependencies) ? value.dependencies : [];
  return list.flatMap((dependency: unknown, index) => {
    if (!isPlainObject(dependency) || typeof dependency.name !== 'string' || !/^[\w.-]+$/.test(dependency.name))
      return [];
    const { name, repository = '' } = dependency;
    return [{ name, repository: typeof repository === 'string' ? repository : '', index }];
  });
}

function isVendored(tree: Tree, folder: string, name: string): boolean {
  const charts = posix.join(folder, 'charts');
  const isArchive = (path: string) =>
    path.startsWith(`${charts}/${name}-`) && /^v?\d[^/]*\.tgz$/.test(path.slice(`${charts}/${name}-`.length));
  return filesUnder(tree, charts).some((path) => path.startsWith(`${charts}/${name}/`) || isArchive(path));
}

function missingDependency(name: string, repository: string): string {
  const from = isRemote(repository) || repository.includes(':') ? ' on the network, which is never asked' : '';
  return `the dependency "${name}" is not in charts/ but in a chart repository${from}: run "helm dependency update" and commit charts/, or take the whole chart from its repository by "chart" in environment.yaml`;
}
