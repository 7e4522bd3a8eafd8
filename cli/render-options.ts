import { basename, join, relative, resolve, sep } from 'node:path';
import type { FolderRequest } from '../functions/renderer/render.ts';
import { BadInputError } from '../shared/errors.ts';
import { readChartArchive } from './chart-archive.ts';
import type { FolderInTree } from './folder-tree.ts';

/** What `plumbline render` is asked. Files and folders are relative to the working folder. */
export type RenderOptions = {
  folder: string;
  namespace: string;
  /** Default: the folder's name. */
  name?: string;
  values: string[];
  kubeVersion?: string;
  /** A folder whose kustomization is built over the chart. */
  kustomize?: string;
  /** Archives of charts. */
  chart: string[];
  /** `NAME=value`. With none of these two nothing is substituted. */
  variable: string[];
  variablesFrom: string[];
  /** Of an environment: only these. */
  application?: string[];
};

/** What of it is asked of one folder. */
export async function requestFor(options: RenderOptions, { path, root }: FolderInTree): Promise<FolderRequest> {
  const { folder, namespace, name, values, kubeVersion, kustomize, chart } = options;
  const releaseName = name ?? basename(resolve(folder));
  const inTree = (file: string) => relative(root, resolve(file)).split(sep).join('/') || '.';
  const fromFolder = values.map((file) => relative(join(root, path), resolve(file)).split(sep).join('/'));
  const [archive, ...others] = await Promise.all(chart.map(readChartArchive));
  if (others.length > 0)
    throw new BadInputError([{ message: 'a folder is rendered from one chart; found several --chart' }]);
  return {
    path,
    namespace,
    helm: { releaseName, values: fromFolder },
    kustomize: kustomize === undefined ? undefined : inTree(kustomize),
    variables: variablesOf(options, inTree),
    chart: archive,
    cluster: { version: kubeVersion },
  };
}

function variablesOf({ variable, variablesFrom }: RenderOptions, inTree: (file: string) => string) {
  if (variable.length + variablesFrom.length === 0) return undefined;
  return [{ values: Object.fromEntries(variable.map(parseVariable)), from: variablesFrom.map(inTree) }];
}

function parseVariable(text: string): [name: string, value: string] {
  const [, name, value] = /^([_A-Za-z]\w*)=([\s\S]*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new BadInputError([{ message: `--variable must be NAME=value; found "${text.slice(0, 60)}"` }]);
}
