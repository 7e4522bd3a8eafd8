import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { registry } from '../stack/settings.ts';
import type { Stack } from '../stack/start.ts';
import type { ChartPin } from './world.ts';

const template = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { colour: {{ .Values.colour }} }
`;

/** A chart of one ConfigMap, packed as `helm package` does and pushed to ECR as `helm push` does. */
export async function pushChart({ account }: Stack, name: string, version: string): Promise<ChartPin> {
  const archive = await packed(name, {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': 'colour: green\n',
    'templates/settings.yaml': template,
  });
  await account.pushChart(`charts/${name}`, version, archive);
  return { repository: `oci://${registry}/charts`, name, version, digest: digestOf(archive) };
}

async function packed(folder: string, files: Record<string, string>): Promise<Uint8Array> {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) archive.entry({ name: `${folder}/${path}` }, content);
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}
