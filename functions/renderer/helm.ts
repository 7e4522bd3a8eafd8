import { posix } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { filesUnder, type Tree } from '../../shared/tree/tree.ts';
import { type ChartFiles, gatherChart } from './chart-files.ts';
import type { Rendered } from './check-objects.ts';
import { type ManifestDocument, splitDocuments } from './documents.ts';
import { guardManifest, isRefused } from './guards/manifest.ts';
import { explainHelm } from './helm-errors.ts';
import { type Reading, readObjects } from './read-objects.ts';
import { requireEnded } from './require-ended.ts';
import { runTool } from './run-tool.ts';
import type { Substitution } from './variables/substitution.ts';
import { inWorkspace } from './workspace.ts';

export type HelmSettings = {
  /** The folder of the chart in the tree; elsewhere than the application's where it comes from a chart repository. */
  chartFolder: string;
  isRemote: boolean;
  releaseName: string;
  /** Paths relative to the application's folder, in order: a later one wins. */
  values: readonly string[];
  /** Puts variables into the value files. */
  substitute?: Substitution | undefined;
  namespace: string;
  /** As Helm's --kube-version and --api-versions take them; without them Helm assumes a version of its own. */
  version?: string | undefined;
  apiVersions?: readonly string[] | undefined;
};

/** Objects, and what is odd about them without being wrong. */
export type HelmRendering = { objects: Rendered[]; warnings: Problem[] };

/**
 * A chart, rendered by `helm template` and read by kubectl. Test hooks are left out, custom resource definitions are taken in, and
 * `lookup` finds nothing, since there is no cluster.
 *
 * @throws BadInputError if a file or dependency isn't in the tree, or with what Helm said, at the template's file and line
 */
export async function renderHelm(tree: Tree, reading: Reading, settings: HelmSettings): Promise<HelmRendering> {
  const { chartFolder, isRemote, substitute } = settings;
  const values = { folder: reading.folder, paths: settings.values, substitute };
  const chart = await gatherChart(tree, { folder: chartFolder, isRemote, values });
  if (chart.problems.length > 0) throw new BadInputError(chart.problems);
  const text = await template(chart, reading, settings);
  const read = readOutput(text, tree, chartFolder);
  const objects = await readObjects(read.documents, reading);
  return {
    objects: objects.map(({ document: { file }, object }) => ({ source: { file }, object })),
    warnings: [...chart.warnings, ...read.warnings],
  };
}

type Output = { documents: ManifestDocument[]; warnings: Problem[] };

/** What Helm printed is as untrusted as what it was made of. */
function readOutput(text: string, tree: Tree, chartFolder: string): Output {
  const guarded = guardManifest(posix.join(chartFolder, 'Chart.yaml'), text);
  if (isRefused(guarded)) throw new BadInputError([{ ...guarded.problem, line: undefined }]);
  const documents = locate(splitDocuments(chartFolder, text), tree, chartFolder);
  return { documents, warnings: guarded.duplicates.map((duplicate) => doubled(duplicate, documents)) };
}

async function template(chart: ChartFiles, { tools, limits }: Reading, settings: HelmSettings): Promise<string> {
  const folder = settings.chartFolder;
  return inWorkspace(async (workspace) => {
    await workspace.write(chart.files);
    const run = await runTool({
      program: tools.helm,
      args: argumentsOf(chart, settings),
      folder: workspace.folder,
      limits,
    });
    const { ok, stdout, stderr } = requireEnded(run, {
      program: 'helm',
      limits,
      file: posix.join(folder, 'Chart.yaml'),
    });
    const values = chart.values.map((target) => chart.sources.get(target) ?? target);
    if (!ok) throw new BadInputError(explainHelm(stderr, { folder, values, files: chart.sources }));
    return stdout;
  });
}

function argumentsOf(chart: ChartFiles, { releaseName, namespace, version, apiVersions = [] }: HelmSettings): string[] {
  return [
    'template',
    `--namespace=${namespace}`,
    '--include-crds',
    '--skip-tests',
    ...(version === undefined ? [] : [`--kube-version=${version}`]),
    ...apiVersions.map((apiVersion) => `--api-versions=${apiVersion}`),
    ...(chart.skipsSchema ? ['--skip-schema-validation'] : []),
    ...chart.values.map((path) => `--values=${path}`),
    '--',
    releaseName,
    './chart',
  ];
}

/** Helm says before each template's output where it came from: chart and path inside it. It is said once for a file of several definitions. */
function locate(documents: readonly ManifestDocument[], tree: Tree, folder: string): ManifestDocument[] {
  const known = new Set(filesUnder(tree, folder));
  let file = posix.join(folder, 'Chart.yaml');
  return documents.map((document) => {
    const source = /^# Source: [^/\s]+\/(\S.*)$/m.exec(document.text.slice(0, 2000))?.[1]?.trim();
    if (source !== undefined) {
      const path = posix.join(folder, source);
      file = known.has(path) ? path : posix.join(folder, 'Chart.yaml');
    }
    return { ...document, file, isOutput: true };
  });
}

function doubled({ line = 1, message }: Problem, documents: readonly ManifestDocument[]): Problem {
  const document = documents.findLast(({ startLine }) => startLine <= line);
  return { file: document?.file, message: `${message} in what it renders; only the last one counts` };
}
