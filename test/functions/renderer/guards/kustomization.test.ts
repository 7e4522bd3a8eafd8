import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aKustomization, problemsWith, rendered } from '../../../support/renderer.ts';

let server: Server;
let url: string;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('apiVersion: v1');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.yaml`;
});

afterAll(() => {
  server.close();
  expect(asked).toEqual([]);
});

const refusalOf = async (kustomization: string, more: Record<string, string> = {}) =>
  (await problemsWith(aKustomization(kustomization.replaceAll('URL', url), more))).join('\n');

describe('fault 31: an address in a kustomization', () => {
  it.each([
    { field: 'resources', text: 'resources:\n- config.yaml\n- URL\n', line: 3 },
    { field: 'a field in other letters', text: 'Resources:\n- URL\n', line: 2 },
    { field: 'a merged field', text: 'resources: [config.yaml]\nopenapi: &a\n  path: URL\n', line: 3 },
    { field: 'bases', text: 'bases:\n- github.com/example-org/example\n', line: 2 },
    { field: 'components', text: 'components:\n- git@github.com:example-org/example.git\n', line: 2 },
    { field: 'crds', text: 'resources: [config.yaml]\ncrds:\n- URL\n', line: 3 },
    { field: 'configurations', text: 'resources: [config.yaml]\nconfigurations:\n- URL\n', line: 3 },
    { field: 'generators', text: 'generators:\n- URL\n', line: 2 },
    { field: 'transformers', text: 'resources: [config.yaml]\ntransformers:\n- ssh://git@example.com/x\n', line: 3 },
    { field: 'validators', text: 'resources: [config.yaml]\nvalidators:\n- URL\n', line: 3 },
    { field: 'patches', text: 'resources: [config.yaml]\npatches:\n- path: URL\n', line: 3 },
    { field: 'patchesStrategicMerge', text: 'resources: [config.yaml]\npatchesStrategicMerge:\n- URL\n', line: 3 },
    {
      field: 'patchesJson6902',
      text: 'resources: [config.yaml]\npatchesJson6902:\n- path: URL\n  target: {kind: ConfigMap, name: config, version: v1}\n',
      line: 3,
    },
    { field: 'replacements', text: 'resources: [config.yaml]\nreplacements:\n- path: URL\n', line: 3 },
    { field: 'configMapGenerator files', text: 'configMapGenerator:\n- name: a\n  files:\n  - key=URL\n', line: 4 },
    { field: 'configMapGenerator envs', text: 'configMapGenerator:\n- name: a\n  envs: [URL]\n', line: 3 },
    { field: 'secretGenerator env', text: 'secretGenerator:\n- name: a\n  env: URL\n', line: 3 },
    {
      field: "a transformer's own file",
      text: 'resources: [config.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: a}\n  path: URL\n',
      line: 4,
    },
    {
      field: 'a base',
      text: 'resources: [../base]\n',
      more: { 'base/kustomization.yaml': 'resources:\n- https://example.com/x.yaml\n' },
      line: 2,
    },
  ])('in $field is refused with its line', async ({ text, more, line }) => {
    const refusal = await refusalOf(text, more);
    expect(refusal).toContain('is a remote address');
    expect(refusal).toMatch(new RegExp(`^(app|base)/kustomization.yaml:${line}: `));
  });

  it('cannot hide in a tag, in a second document or behind a folder of the same name', async () => {
    expect(await refusalOf(`resources:\n- !!binary ${Buffer.from(url).toString('base64')}\n`)).toContain(
      'uses a YAML tag',
    );
    expect(await refusalOf('resources: [config.yaml]\n---\nresources: [URL]\n')).toContain('is not valid YAML');
    const more = { 'app/github.com/a/b/kustomization.yaml': 'resources: []\n' };
    expect(await refusalOf('resources: [github.com/a/b]\n', more)).toContain('is a remote address');
  });

  it('in text that is only data is no address', async () => {
    const { objects } = await rendered(
      aKustomization(
        `configMapGenerator:\n- name: a\n  literals: [home=${url}]\nimages:\n- name: github.com/a/b\n  newTag: "1"\n`,
      ),
    );
    expect(objects[0]?.object).toMatchObject({ data: { home: url } });
  });

  it.each([
    {
      what: 'outside of the repository',
      text: 'resources: [../../etc]\n',
      said: 'app/kustomization.yaml:1: resources[0]: leaves the repository; found "../../etc"',
    },
    {
      what: 'by an absolute path',
      text: 'configMapGenerator:\n- name: a\n  files: [/etc/passwd]\n',
      said: 'app/kustomization.yaml:3: configMapGenerator[0].files[0]: must be relative; found "/etc/passwd"',
    },
    {
      what: 'beside its folder',
      text: 'secretGenerator:\n- name: a\n  files: [../base/config.yaml]\n',
      said: 'must be in or below the folder of its kustomization',
    },
    {
      what: 'that is not there',
      text: 'resources:\n- nothing.yaml\n',
      said: 'app/kustomization.yaml:2: resources[0]: is not in the repository: "nothing.yaml"',
    },
  ])('a file $what is refused as well', async ({ text, said }) => {
    expect(await refusalOf(text)).toContain(said);
  });
});

describe('fault 32: what a kustomization would have run', () => {
  const inline = (yaml: string) =>
    `resources: [config.yaml]\ntransformers:\n- |-\n  ${yaml.replaceAll('\n', '\n  ')}\n`;
  it.each([
    {
      what: 'a chart',
      text: 'helmCharts:\n- name: a\n  repo: https://example.com\n',
      said: 'app/kustomization.yaml:2: helmCharts: is not supported',
    },
    {
      what: 'a chart, by the older field',
      text: 'helmChartInflationGenerator:\n- chartName: a\n',
      said: 'is not supported',
    },
    {
      what: 'a chart, by a generator',
      text: 'generators: [plugin.yaml]\n',
      plugin:
        'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: a\nrepo: https://example.com\n',
      said: 'app/plugin.yaml:2: kind: fetches a chart',
    },
    {
      what: 'a container',
      text: inline(
        'apiVersion: example.com/v1\nkind: X\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: |\n      container: {image: example.com/x}',
      ),
      said: 'metadata.annotations.config.kubernetes.io/function: is refused',
    },
    {
      what: 'a program',
      text: inline(
        'apiVersion: example.com/v1\nkind: X\nmetadata: {name: a, annotations: {config.kubernetes.io/function: "exec: {path: ./x.sh}"}}',
      ),
      said: 'never run',
    },
    {
      what: 'a plugin of somebody',
      text: 'transformers: [plugin.yaml]\n',
      plugin: 'apiVersion: someteam.example.com/v1\nkind: Plugin\nmetadata: {name: a}\n',
      said: 'app/plugin.yaml:1: apiVersion: must be "builtin"',
    },
    {
      what: 'plugins of a folder that changes them',
      text: 'transformers: [plugins]\n',
      more: {
        'app/plugins/kustomization.yaml': 'resources: [p.yaml]\npatches: []\n',
        'app/plugins/p.yaml': 'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: a}\nprefix: x-\n',
      },
      said: 'patches: is not supported in a folder of generators',
    },
  ])('is refused: $what', async ({ text, plugin, more, said }) => {
    expect(await refusalOf(text, { ...more, ...(plugin && { 'app/plugin.yaml': plugin }) })).toContain(said);
  });

  it("lets kustomize's own generators and transformers pass", async () => {
    const generator = 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: made}\nfiles: [config.yaml]\n';
    const prefix =
      'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: a}\nprefix: x-\nfieldSpecs: [{path: metadata/name}]\n';
    const files = aKustomization('generators: [g.yaml]\ntransformers: [plugins]\n', {
      'app/g.yaml': generator,
      'app/plugins/kustomization.yaml': 'resources: [p.yaml]\n',
      'app/plugins/p.yaml': prefix,
    });
    expect((await rendered(files)).objects[0]?.object.metadata.name).toMatch(/^x-made/);
  });
});
