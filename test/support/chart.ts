import { anArchive } from './renderer.ts';

/** The archive of a chart, as `helm package` makes it. */
export const aChartArchive = (
  name = 'web',
  version = '1.2.3',
  more: Record<string, string> = {},
): Promise<Uint8Array> =>
  anArchive(
    Object.entries({
      'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
      'values.yaml': 'colour: green\n',
      'templates/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\ndata: { colour: {{ .Values.colour }} }\n',
      ...more,
    }).map(([path, content]) => ({ name: `${name}/${path}`, content })),
  );
