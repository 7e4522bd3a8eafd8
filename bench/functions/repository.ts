import { registry } from '../../local/stack/settings.ts';

export const image = 'example-application';
export const applications = 50;

const yaml = (kind: string, name: string, more = '', apiVersion = 'v1') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${more}`;
const workload = (name: string, containerImage: string) =>
  `spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: main, image: '${containerImage}' }] }
`;

/** Of the chart: what stands in the charts that people write, in small. */
const template = `{{- range $index := until 8 }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ $.Release.Name }}-{{ $index }} }
data: { value: {{ printf "%s-%d" $.Values.colour $index | quote }} }
{{- end }}
`;

const plain = (name: string): [string, string][] => [
  ['service.yaml', yaml('Service', name, `spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }\n`)],
  ...['first', 'second', 'third'].map((one): [string, string] => [
    `${one}.yaml`,
    yaml('ConfigMap', `${name}-${one}`, `data: { text: '${'x'.repeat(2000)}' }\n`),
  ]),
];

const chart: [string, string][] = [
  ['Chart.yaml', 'apiVersion: v2\nname: chart\nversion: 1.0.0\n'],
  ['values.yaml', 'colour: blue\n'],
  ['templates/objects.yaml', template],
];

const kustomization: [string, string][] = [
  ['kustomization.yaml', 'resources: [deployment.yaml]\nnamePrefix: bench-\n'],
  ['deployment.yaml', yaml('Deployment', 'web', workload('web', `${registry}/${image}:1.0.0`), 'apps/v1')],
];

/** About 200 files in 50 applications: one is a chart, one a kustomization, all others are plain manifests. */
export function createFiles(): Record<string, string> {
  const names = Array.from({ length: applications - 2 }, (_, index) => `plain-${String(index).padStart(2, '0')}`);
  const folders: [string, [string, string][]][] = [
    ['chart', chart],
    ['kustomized', kustomization],
    ...names.map((name): [string, [string, string][]] => [name, plain(name)]),
  ];
  const files = folders.flatMap(([name, all]) => all.map(([file, text]) => [`applications/${name}/${file}`, text]));
  const policy = `images: [{ repository: ${registry}/${image}, policy: { semver: { range: '>=1.0.0' } } }]\n`;
  return { 'environment.yaml': policy, ...Object.fromEntries(files) };
}
