import { posix } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import { filesUnder, type Tree } from '../../shared/tree/tree.ts';
import type { ChartFiles } from './chart-files.ts';
import type { Rendered } from './check-objects.ts';
import { type ManifestDocument, splitDocuments } from './documents.ts';
import { guardManifest, isRefused } from './guards/manifest.ts';
import { explainHelm } from './helm-errors.ts';
import { type Reading, readObjects } from './read-objects.ts';
import { requireEnded } from './require-ended.ts';
import { runTool } from './run-tool.ts';
import { inWorkspace } from './workspace.ts';

export type HelmSettings = {
  /** The folder of the chart in the tree; elsewhere than the application's where it comes from a chart repository. */
  chartFolder: string;
  releaseName: string;
  namespace: string;
  /** As Helm's --kube-version and --api-versions take them; without them Helm assumes a version of its own. */
  version?: string | undefined;
  apiVersions?: readonly string[] | undefined;
};

/** Objects, and what is odd about them without being wrong. */
export type HelmRendering = { objects: Rendered[]; warnings: Problem[] };

/**
 * What `helm template` prints for a chart. Test hooks are left out, custom resource definitions are taken in, and `lookup` finds nothing,
 * since there is no cluster.
 *
 * @throws BadInputError with what Helm said, at the template's file and line
 */
export async function runHelm(chart: ChartFiles, { tools, limits }: Reading, settings: HelmSettings): Promise<string> {
  const folder = settings.chartFolder;
  return inWorkspace(async (workspace) => {
    await workspace.write(chart.files);
    const args = argumentsOf(chart, settings);
    const run = await runTool({ program: tools.helm, args, folder: workspace.folder, limits });
    const ending = { program: 'helm', limits, file: posix.join(folder, 'Chart.yaml') };
    const { ok, stdout, stderr } = requireEnded(run, ending);
    const values = chart.values.map((target) => chart.sources.get(target) ?? target);
    if (!ok) throw new BadInputError(explainHelm(stderr, { folder, values, files: chart.sources }));
    return stdout;
  });
}

/**
 * What Helm printed, read by kubectl. It is as untrusted as what it was made of.
 *
 * @throws BadInputError if it is no manifest, at the template's file
 */
export async function readHelm(
  text: string,
  { tree, chartFolder }: { tree: Tree; chartFolder: string },
  reading: Reading,
): Promise<HelmRendering> {
  const guarded = guardManifest(posix.join(chartFolder, 'Chart.yaml'), text);
  if (isRefused(guarded)) throw new BadInputError([{ ...guarded.problem, line: undefined }]);
  const documents = locate(splitDocuments(chartFolder, text), tree, chartFolder);
  const objects = await readObjects(documents, reading);
  return {
    objects: objects.map(({ document: { file }, object }) => ({ source: { file }, object })),
    warnings: guarded.duplicates.map((duplicate) => doubled(duplicate, documents)),
  };
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
