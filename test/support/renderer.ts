import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { type FolderRequest, renderFolder } from '../../functions/renderer/render.ts';
import type { ToolLimits } from '../../functions/renderer/run-tool.ts';
import { ensureKubectlAndHelm } from '../../local/tools/kubectl-and-helm.ts';
import { BadInputError } from '../../shared/errors.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { aTree } from './examples.ts';

export type ArchiveEntry = Partial<Header> & { name: string; content?: string | Uint8Array };

/** A tar.gz of entries as they are, hostile ones too. */
export async function anArchive(entries: readonly ArchiveEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content as string);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** The same as GitHub makes it: everything in one folder. */
export const aRepositoryArchive = (files: Record<string, string | Uint8Array>): Promise<Uint8Array> =>
  anArchive(Object.entries(files).map(([path, content]) => ({ name: `example-org-example-0123abc/${path}`, content })));

export const aRequest = (part: Partial<FolderRequest> = {}): FolderRequest => ({
  path: 'app',
  namespace: 'example',
  helm: { releaseName: 'example', values: [] },
  cluster: {},
  ...part,
});

type Options = { request?: Partial<FolderRequest>; limits?: ToolLimits };

/** Renders the folder `app` of some files. */
export async function rendered(files: Record<string, string | Uint8Array> | Tree, { request, limits }: Options = {}) {
  const tree =
    'files' in files && files.files instanceof Map ? (files as Tree) : aTree(files as Record<string, string>);
  return renderFolder(tree, aRequest(request), { tools: await ensureKubectlAndHelm(), ...(limits && { limits }) });
}

/** What has to be mended, one line a problem, as people read it. */
export async function problemsWith(files: Parameters<typeof rendered>[0], options: Options = {}): Promise<string[]> {
  try {
    await rendered(files, options);
    return [];
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(describeProblem);
    throw error;
  }
}

export const aConfigMap = (name: string, data = 'key: value'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`;

/** A folder `app` with a kustomization, and a base beside it. */
export const aKustomization = (kustomization: string, more: Record<string, string> = {}) => ({
  'app/kustomization.yaml': kustomization,
  'app/config.yaml': aConfigMap('config'),
  'base/kustomization.yaml': 'resources: [config.yaml]\n',
  'base/config.yaml': aConfigMap('base'),
  ...more,
});
