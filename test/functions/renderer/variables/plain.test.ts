import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { substituteYaml } from '../../../../functions/renderer/variables/substitute-yaml.ts';
import { createSubstitution } from '../../../../functions/renderer/variables/substitution.ts';
import type { KubernetesObject } from '../../../../shared/manifests/object.ts';
import { aConfigMap, problemsWith, rendered } from '../../../support/renderer.ts';

const withValues = (values: Record<string, string>) => ({ request: { variables: [{ values, from: [] }] } });

async function objectFrom(text: string, values: Record<string, string>): Promise<KubernetesObject | undefined> {
  const { objects } = await rendered({ 'app/x.yaml': text }, withValues(values));
  return objects[0]?.object;
}

const aWidget = (spec: string) => `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\nspec:\n${spec}`;

describe('a variable in a plain manifest', () => {
  it.each<{ spec: string; value: string; becomes: unknown }>([
    { spec: '  a: ${v}\n', value: '3', becomes: 3 },
    { spec: '  a: "${v}"\n', value: '3', becomes: '3' },
    { spec: "  a: '${v}'\n", value: '3', becomes: '3' },
    { spec: '  a: ${v} # how many\n', value: '3', becomes: 3 },
    { spec: '  a: ${v}m\n', value: '3', becomes: '3m' },
    { spec: '  a: 1.${v}\n', value: '10', becomes: '1.10' },
    { spec: '  a: ${v}${v}\n', value: '3', becomes: 33 },
    { spec: '  a: ${v}\n', value: 'no', becomes: false },
    { spec: '  a: ${v}\n', value: '', becomes: null },
    { spec: '  a: "${v}"\n', value: '', becomes: '' },
    { spec: '  a: ${v}\n', value: '1e3', becomes: 1000 },
    { spec: '  a: ${v}\n', value: '0o17', becomes: 15 },
    { spec: '  a: ${v}\n', value: '017', becomes: 15 },
    { spec: '  a: ${v}\n', value: '12:30', becomes: '12:30' },
    { spec: '  a: ${v}\n', value: '.inf', becomes: '.inf' },
    { spec: '  a: ${v}\n', value: '"3"', becomes: '3' },
    { spec: '  a: ${none:=7}\n', value: '', becomes: 7 },
    { spec: '  a: $${v} $v $(v)\n', value: '3', becomes: '${v} $v $(v)' },
    { spec: '  a: |\n    one ${v}\n    two\n', value: '3', becomes: 'one 3\ntwo\n' },
    { spec: '  a: >-\n    one ${v}\n    two\n  b: 1\n', value: '3', becomes: 'one 3 two' },
    { spec: '  a: &x ${v}\n  b: *x\n', value: '3', becomes: 3 },
    { spec: '  a: [one, "${v}"]\n', value: '3', becomes: ['one', '3'] },
    { spec: '  a:\n  - ${v}\n  - - ${v}\n', value: '3', becomes: [3, [3]] },
    { spec: '  a:\n    ${v}-key: x\n', value: '3', becomes: { '3-key': 'x' } },
    { spec: '  a:\n    ${v}: x\n', value: 'no', becomes: { no: 'x' } },
    { spec: '  # ${unknown}\n  a: x\n', value: '', becomes: 'x' },
  ])('$spec with "$value" becomes $becomes', async ({ spec, value, becomes }) => {
    expect((await objectFrom(aWidget(spec), { v: value }))?.spec).toMatchObject({ a: becomes });
  });

  it('stays text where Kubernetes takes text only', async () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations:
    port: \${port}
data:
  port: \${port}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
spec:
  replicas: \${port}
  template:
    spec:
      containers:
        - env:
            - name: PORT
              value: \${port}
          ports:
            - containerPort: \${port}
`;
    const { objects } = await rendered({ 'app/x.yaml': text }, withValues({ port: '8080' }));
    const container = { env: [{ name: 'PORT', value: '8080' }], ports: [{ containerPort: 8080 }] };
    expect(objects.map(({ object }) => object)).toMatchObject([
      { metadata: { annotations: { port: '8080' } }, data: { port: '8080' } },
      { spec: { replicas: 8080, template: { spec: { containers: [container] } } } },
    ]);
  });

  it('may stand in JSON and in a list of objects', async () => {
    const files = {
      'app/a.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a-${v}"},"data":{"a":"${v}"}}',
      'app/b.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: "b-\${v}"}\n`,
    };
    const { objects } = await rendered(files, withValues({ v: 'x' }));
    expect(objects.map(({ object }) => object)).toMatchObject([
      { metadata: { name: 'a-x' }, data: { a: 'x' } },
      { metadata: { name: 'b-x' } },
    ]);
  });

  it('is only text where the application did not ask for variables', async () => {
    const { objects } = await rendered({ 'app/x.yaml': aConfigMap('a', 'script: echo ${HOME} $$') });
    expect(objects[0]?.object.data).toEqual({ script: 'echo ${HOME} $$' });
  });

  it.each(['plumbline.dev/substitute', 'kustomize.toolkit.fluxcd.io/substitute'])(
    'is only text in an object that says so with %s',
    async (name) => {
      const disabled = (where: string) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \${a}\n  ${where}: {${name}: disabled}\ndata: {a: "\${b}"}\n`;
      const items = disabled('labels').replaceAll('\n', '\n  ');
      const files = {
        'app/list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${items}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: "\${v}"}\n`,
      };
      const substituted = substituteYaml(
        { file: 'x', text: disabled('annotations'), startLine: 1 },
        createSubstitution(new Map()),
      );
      expect(substituted).toEqual({ text: disabled('annotations'), problems: [] });
      const problems = await problemsWith(files, withValues({ v: 'x' }));
      expect(problems).toEqual([expect.stringContaining('found "${a}"')]);
    },
  );
});

describe('a variable that has no value', () => {
  it('is told with file and line, all of them at once', async () => {
    const files = {
      'app/a.yaml': `${aConfigMap('a')}---\n# a comment\n${aConfigMap('b', 'x: ${one}')}  y: |\n    first\n    \${two:1}\n`,
      'app/b.yaml': aConfigMap('${known}-${three}'),
    };
    const problems = await problemsWith(files, withValues({ known: 'k' }));
    expect(problems).toEqual([
      expect.stringMatching(/^app\/a.yaml:14: the variable "one" has no value: declare it /),
      expect.stringMatching(/^app\/a.yaml:17: the variable "two" has no value/),
      expect.stringMatching(/^app\/b.yaml:4: the variable "three" has no value/),
    ]);
  });

  it('is told of forms that nobody knows, too', async () => {
    const problems = await problemsWith({ 'app/a.yaml': aConfigMap('a', 'x: ${a[0]}') }, withValues({}));
    expect(problems).toEqual([expect.stringMatching(/^app\/a.yaml:6: is no form of a variable that is known/)]);
  });

  it('keeps a file that is no YAML from being told twice', async () => {
    const problems = await problemsWith({ 'app/a.yaml': aConfigMap('a', 'x: ${a}: b') }, withValues({}));
    expect(problems).toEqual([expect.stringMatching(/^app\/a.yaml:6: is not valid YAML: mapping values/)]);
  });
});

describe('a hostile value', () => {
  const values = [
    'a\nb: c',
    'a: b',
    '- a',
    '{a: b}',
    '[a, b]',
    '"',
    "'",
    '"a" : b',
    'a #b',
    '#a',
    '*a',
    '&a b',
    '!!binary aGk=',
    '|',
    '>-',
    '---',
    '...',
    '%YAML 1.1',
    '`',
    '@a',
    '\\',
    '\t',
    ' a ',
    'a:',
    '<<',
    '=',
    '?',
    '-',
    '${v}',
    '\u0085',
    '\u2028',
    '\u007f',
    '\ufeff',
  ];

  it.each(['  a: ${v}\n  b: x\n', '  a: "${v}"\n  b: x\n', '  a: |-\n    ${v}\n  b: x\n', '  a:\n  - ${v}\n  b: x\n'])(
    'adds nothing to a manifest: %j',
    async (spec) => {
      const files = Object.fromEntries(
        values.map((_, index) => [
          `app/${index}.yaml`,
          aWidget(spec.replace('${v}', `\${v${index}}`)).replace('name: a', `name: w${String(index).padStart(3, '0')}`),
        ]),
      );
      const { objects } = await rendered(
        files,
        withValues(Object.fromEntries(values.map((value, index) => [`v${index}`, value]))),
      );
      const expected = values.map((value) => value.replaceAll('\n', ''));
      const found = objects.map(({ object }) => (object.spec as { a: unknown }).a);
      expect(found).toEqual(spec.includes('- ') ? expected.map((value) => [value]) : expected);
    },
  );

  it('never changes what stands beside it, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('${v}', '"${v}"', 'x${v}'), (value, written) => {
        const text = `a:\n  - first: 1\n    second: ${written}\n    third: 3\nb: 2\n`;
        const filled = substituteYaml({ file: 'x', text, startLine: 1 }, createSubstitution(new Map([['v', value]])));
        const { second, ...others } = parse(filled.text, { version: '1.1' }).a[0];
        expect(others).toEqual({ first: 1, third: 3 });
        expect(second !== null && typeof second === 'object' && !(second instanceof Date)).toBe(false);
      }),
    );
  });

  it('cannot make two keys one', async () => {
    const text = aWidget('  a: 1\n  ${v}: 2\n');
    expect(await problemsWith({ 'app/x.yaml': text }, withValues({ v: 'a' }))).toEqual([
      'app/x.yaml:1: has the key "a" twice once its variables are put in',
    ]);
  });

  it('cannot grow without bound', async () => {
    const text = aConfigMap('a', `x: ${'${v}'.repeat(2000)}`);
    expect(await problemsWith({ 'app/x.yaml': text }, withValues({ v: 'x'.repeat(10_000) }))).toEqual([
      expect.stringContaining('the variables together add more than 16 MB'),
    ]);
  });
});
