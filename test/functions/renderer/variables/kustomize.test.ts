import { describe, expect, it } from 'vitest';
import { aConfigMap, aKustomization, problemsWith, rendered } from '../../../support/renderer.ts';

const withValues = (values: Record<string, string>) => ({ request: { variables: [{ values, from: [] }] } });

async function objectsOf(files: Record<string, string>, values: Record<string, string>) {
  const { objects } = await rendered(files, withValues(values));
  return objects.map(({ object }) => object);
}

const aDeployment = (spec: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`;

describe('a variable in what kustomize builds', () => {
  it('is put in as Flux does it, after the build: in bases, patches, labels and generated objects', async () => {
    const files = aKustomization(
      `resources: [../base, web.yaml]
namePrefix: \${name}-
labels:
- pairs: {tier: "\${tier}"}
configMapGenerator:
- name: made
  literals: ["a=\${tier}", "n=\${n}"]
  options: {disableNameSuffixHash: true}
patches:
- patch: |
    - op: replace
      path: /spec/replicas
      value: \${n}
  target: {kind: Deployment}
`,
      {
        'app/web.yaml': aDeployment('replicas: 1\nparallelism: ${n}'),
        'base/config.yaml': aConfigMap('base', 'x: a-${n}'),
      },
    );
    const objects = await objectsOf(files, { name: 'shop', tier: 'front', n: '3' });
    expect(objects).toMatchObject([
      { metadata: { name: 'shop-base', labels: { tier: 'front' } }, data: { x: 'a-3' } },
      { metadata: { name: 'shop-made' }, data: { a: 'front', n: '3' } },
      { metadata: { name: 'shop-web' }, spec: { replicas: 3, parallelism: 3 } },
    ]);
  });

  it.each<{ spec: string; value: string; becomes: unknown }>([
    { spec: 'a: ${v}', value: '3', becomes: 3 },
    { spec: 'a: "${v}"', value: '3', becomes: '3' },
    { spec: "a: '${v}'", value: 'no', becomes: 'no' },
    { spec: 'a: ${v}', value: 'no', becomes: false },
    { spec: 'a: ${v}', value: '9007199254740993', becomes: JSON.rawJSON('9007199254740993') },
    { spec: 'a: ${v}', value: '', becomes: null },
    { spec: 'a: ${v}', value: 'web', becomes: 'web' },
    { spec: 'a: ${v}', value: 'a: b', becomes: 'a: b' },
    { spec: 'a: ${v}', value: '"3"', becomes: '3' },
    { spec: 'a: ${v}', value: '-', becomes: '-' },
    { spec: 'a: [1, "${v}"]', value: '3', becomes: [1, '3'] },
    { spec: 'a:\n- ${v}\n- 2', value: '-3', becomes: [-3, 2] },
    { spec: 'a: x\n${v}: y', value: 'a', becomes: 'refused' },
  ])(
    'gets its type from what it stands for, unless it was in quotes: $spec with "$value"',
    async ({ spec, value, becomes }) => {
      const files = aKustomization('resources: [x.yaml]\n', {
        'app/x.yaml': `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`,
      });
      if (becomes === 'refused') {
        const problems = await problemsWith(files, withValues({ v: value }));
        expect(problems).toEqual([
          'app/kustomization.yaml: Widget a: spec: has a key twice once its variables are put in',
        ]);
      } else {
        expect(await objectsOf(files, { v: value })).toMatchObject([{ spec: { a: becomes } }]);
      }
    },
  );

  it('was in quotes if a patch says so, in a file or in the kustomization itself', async () => {
    const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  second: "${n}"\n';
    const files = aKustomization(
      `resources: [web.yaml]\npatches:\n- path: patch.yaml\n- patch: |-\n    ${patch.replace('second', 'third').replaceAll('\n', '\n    ')}\n`,
      { 'app/web.yaml': aDeployment('first: ${n}'), 'app/patch.yaml': patch },
    );
    expect(await objectsOf(files, { n: '3' })).toMatchObject([{ spec: { first: 3, second: '3', third: '3' } }]);
  });

  it('is only text in an object that says so, or where nobody asked', async () => {
    const files = aKustomization('resources: [config.yaml]\n', {
      'app/config.yaml': `${aConfigMap('a', 'x: ${y} $$')}`.replace(
        'name: a',
        'name: a\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}',
      ),
    });
    expect(await objectsOf(files, {})).toMatchObject([{ data: { x: '${y} $$' } }]);
    const { objects } = await rendered(
      aKustomization('resources: [config.yaml]\n', { 'app/config.yaml': aConfigMap('a', 'x: ${y}') }),
    );
    expect(objects[0]?.object).toMatchObject({ data: { x: '${y}' } });
  });
});

describe('a variable without a value, in what kustomize builds', () => {
  it('is told with object and field, and with the line where it stands', async () => {
    const files = aKustomization('resources: [../base, config.yaml]\n', {
      'base/config.yaml': `# \${one}\n${aConfigMap('base', 'x: ${one}')}`,
      'app/config.yaml': aConfigMap('a', 'x: ["${two:1}"]').replace('\ndata', '\nbinaryData'),
    });
    expect(await problemsWith(files, withValues({}))).toEqual([
      expect.stringMatching(/^app\/config.yaml:6: ConfigMap a: binaryData.x\[0\]: the variable "two" has no value/),
      expect.stringMatching(/^base\/config.yaml:7: ConfigMap base: data.x: the variable "one" has no value/),
    ]);
  });

  it('is told where it stands in several places, too: with the line of its object and field', async () => {
    const files = aKustomization('namePrefix: x-\nresources: [../base, config.yaml]\n', {
      'base/config.yaml': aConfigMap('base', 'x: ${one}'),
      'app/config.yaml': `${aConfigMap('a', 'x: ${one}\n  y: ${one}')}---\n${aDeployment('z: ${one}')}`,
    });
    expect(await problemsWith(files, withValues({}))).toEqual([
      expect.stringMatching(/^app\/config.yaml:6: ConfigMap x-a: data.x: the variable "one"/),
      expect.stringMatching(/^app\/config.yaml:7: ConfigMap x-a: data.y: the variable "one"/),
      expect.stringMatching(/^app\/config.yaml:14: Deployment x-web: spec.z: the variable "one"/),
      expect.stringMatching(/^base\/config.yaml:6: ConfigMap x-base: data.x: the variable "one"/),
    ]);
  });
});
