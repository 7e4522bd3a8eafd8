import { describe, expect, it } from 'vitest';
import { defaultToolLimits } from '../../../functions/renderer/run-tool.ts';
import { aTree } from '../../support/examples.ts';
import { aConfigMap, problemsWith, rendered } from '../../support/renderer.ts';

const chart = (templates: Record<string, string>, more: Record<string, string> = {}) => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`app/templates/${name}`, text])),
  ...more,
});
const template = (text: string) => chart({ 'x.yaml': text });

describe('a folder with a chart', () => {
  it('is rendered; each object names its template', async () => {
    const files = chart(
      { 'a.yaml': aConfigMap('{{ .Release.Name }}'), 'b.yaml': `${aConfigMap('b1')}---\n${aConfigMap('b2')}` },
      {
        'app/crds/c.yaml':
          'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c.example.com}\n',
      },
    );
    const { objects, warnings } = await rendered(files);
    expect(objects.map(({ object, source }) => [object.metadata.name, source?.file])).toEqual([
      ['b1', 'app/templates/b.yaml'],
      ['b2', 'app/templates/b.yaml'],
      ['example', 'app/templates/a.yaml'],
      ['c.example.com', 'app/crds/c.yaml'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('takes value files in order, from the chart or elsewhere in the repository', async () => {
    const files = {
      ...template(aConfigMap('a', 'k: {{ .Values.k }}')),
      'app/values.yaml': 'k: a',
      'app/one.yaml': 'k: b',
      'values, all/two.yaml': 'k: c',
    };
    const { objects } = await rendered(files, {
      request: { helm: { releaseName: 'r', values: ['one.yaml', '../values, all/two.yaml'] } },
    });
    expect(objects[0]?.object).toMatchObject({ data: { k: 'c' } });
  });

  it('fault 29: warns of a key that a template writes twice, and takes the last', async () => {
    const { objects, warnings } = await rendered(template(`${aConfigMap('a')}  key: other\n`));
    expect(objects[0]?.object).toMatchObject({ data: { key: 'other' } });
    expect(warnings).toEqual([
      { file: 'app/templates/x.yaml', message: 'has the key "key" twice in what it renders; only the last one counts' },
    ]);
  });

  it('may have hooks of one name for different events, but not for the same', async () => {
    const hook = (events: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {helm.sh/hook: "${events}"}}\n`;
    const { objects } = await rendered(chart({ 'a.yaml': hook('pre-install'), 'b.yaml': hook('pre-upgrade') }));
    expect(objects.map(({ source }) => source?.file)).toEqual(['app/templates/a.yaml', 'app/templates/b.yaml']);
    const tree = aTree(chart({ 'a.yaml': hook('pre-install'), 'b.yaml': hook('pre-install,pre-upgrade') }));
    expect(await problemsWith(tree)).toEqual([expect.stringMatching(/ConfigMap a: is there 2 times/)]);
  });

  it('fault 29: warns of a key that stands twice in its values or in a value file', async () => {
    const files = {
      ...template(aConfigMap('a')),
      'app/values.yaml': 'a: 1\na: 2\n',
      'app/v.yaml': 'b: {c: 1, c: 2}\n',
    };
    const { warnings } = await rendered(files, { request: { helm: { releaseName: 'r', values: ['v.yaml'] } } });
    expect(warnings).toEqual([
      { file: 'app/v.yaml', line: 1, message: 'has the key "c" twice; only the last one counts' },
      { file: 'app/values.yaml', line: 2, message: 'has the key "a" twice; only the last one counts' },
    ]);
  });

  it('fault 36: that renders to nothing gives no object', async () => {
    expect((await rendered(template('{{- if false }}\na: b\n{{- end }}\n'))).objects).toEqual([]);
  });

  it('fault 27: with a link in it is refused', async () => {
    const tree = aTree(template(aConfigMap('a')), { 'app/templates/link.yaml': 'is a symbolic link' });
    expect(await problemsWith(tree)).toEqual(['app/templates/link.yaml: is a symbolic link']);
  });

  it('fault 28: with a bomb in its values, or made by a template, is refused', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefghi'].map(
        (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(',')}]`,
      ),
    ].join('\n');
    expect((await problemsWith({ ...template(''), 'app/values.yaml': bomb })).join()).toMatch(
      /^app\/values.yaml:\d+: uses YAML aliases/,
    );
    expect((await problemsWith(template(`${aConfigMap('a')}spec: {{ repeat 300 "[" }}`))).join()).toMatch(/^app/);
  });
});

describe('fault 33: a chart that reaches out', () => {
  it.each(['../../outside.yaml', '/etc/passwd', 'https://example.com/values.yaml'])(
    'to the value file %s is refused',
    async (file) => {
      const problems = await problemsWith(template(aConfigMap('a')), {
        request: { helm: { releaseName: 'r', values: [file] } },
      });
      expect(problems).toEqual([`${file}: is a value file outside of the repository; put it beside the chart`]);
    },
  );

  it('to a value file that is not there is refused', async () => {
    const problems = await problemsWith(template(aConfigMap('a')), {
      request: { helm: { releaseName: 'r', values: ['nope.yaml'] } },
    });
    expect(problems).toEqual(['app/nope.yaml: is not in the repository at this revision']);
  });

  it('to a remote dependency is refused, and told what to do', async () => {
    const dependencies =
      '- {name: redis, version: 1.0.0, repository: "https://charts.example.com"}\n- {name: other, version: 1.0.0, repository: "file://../../elsewhere"}\n';
    const files = {
      ...template(aConfigMap('a')),
      'app/Chart.yaml': `apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n${dependencies}`,
      // Another chart, whose name begins in the same way.
      'app/charts/redis-cluster/Chart.yaml': 'apiVersion: v2\nname: redis-cluster\nversion: 1.0.0\n',
    };
    expect(await problemsWith(files)).toEqual([
      expect.stringMatching(
        /^app\/Chart.yaml:5: dependencies\[0\]: the dependency "redis" .* run "helm dependency update" and commit charts\/, or take the whole chart .*"chart" in environment\.yaml$/,
      ),
      expect.stringMatching(/^app\/Chart.yaml:6: dependencies\[1\]: the dependency "other"/),
    ]);
  });

  it('to itself as a dependency ends', async () => {
    const files = {
      ...template(aConfigMap('a')),
      'app/Chart.yaml':
        'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: b, version: 1.0.0, repository: "file://../b"}\n',
      'b/Chart.yaml':
        'apiVersion: v2\nname: b\nversion: 1.0.0\ndependencies:\n- {name: shop, version: 1.0.0, repository: "file://../app"}\n',
    };
    expect((await problemsWith(files)).length).toBeGreaterThan(0);
  });

  it('to a schema on the network is rendered without it, and warned of', async () => {
    const files = {
      ...template(aConfigMap('a')),
      'app/values.schema.json': '{"properties": {"a": {"$ref": "https://example.com/schema.json"}}}',
    };
    expect((await rendered(files)).warnings).toEqual([
      { file: 'app/values.schema.json', message: expect.stringContaining('never fetched') },
    ]);
  });

  it('without end, by a template that includes itself, is named', async () => {
    expect(await problemsWith(template('{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'))).toEqual([
      'app/Chart.yaml: the template "x" includes itself without end',
    ]);
  });

  it('without end, by a loop, is stopped by the clock', async () => {
    const loop =
      '{{ range $i := until 10000 }}{{ range $j := until 10000 }}{{ range $k := until 10000 }}{{ end }}{{ end }}{{ end }}';
    const problems = await problemsWith(template(loop), { limits: { ...defaultToolLimits, seconds: 1 } });
    expect(problems).toEqual([
      'app/Chart.yaml: rendering needs more than 1 seconds of helm and was stopped; look for endless loops, or split the application',
    ]);
  });

  // The limit is the kernel's (`ulimit -v`), which only Linux holds a program to, as Lambda's does.
  it.skipIf(process.platform !== 'linux')('fault 34: with more memory than there is, is stopped', async () => {
    const large =
      '{{ range $i := until 100000000 }}{{ range $j := until 100000000 }}aaaaaaaaaaaaaaaaaaaa{{ end }}{{ end }}';
    const problems = await problemsWith(template(large), { limits: { ...defaultToolLimits, memoryBytes: 1024 ** 3 } });
    expect(problems).toEqual([expect.stringContaining('more than 1024 MB of memory')]);
  });

  it('fault 34: with more output than is taken, is stopped', async () => {
    const large = '{{- range $i := until 10000 }}\n    aaaaaaaaaaaaaaaaaaaa\n{{- end }}';
    const problems = await problemsWith(template(`${aConfigMap('a')}  x: |\n${large}\n`), {
      limits: { ...defaultToolLimits, outputBytes: 100_000 },
    });
    expect(problems).toEqual([expect.stringContaining('more than 0.1 MB of output')]);
  });

  it('to a plugin or post-renderer starts none: Helm sees neither the environment nor a plugin of the chart', async () => {
    const files = {
      ...template(aConfigMap('a')),
      'app/plugin.yaml': 'name: evil\nversion: 1.0.0\nruntime: subprocess\n',
      'app/post-renderer.sh': '#!/bin/sh\nexit 1\n',
    };
    expect((await rendered(files)).objects).toHaveLength(1);
  });
});

describe("Helm's own errors", () => {
  it.each([
    {
      what: 'required',
      text: `${aConfigMap('a')}  b: {{ required "image.tag must be set" .Values.tag }}`,
      said: 'app/templates/x.yaml:7: image.tag must be set',
    },
    { what: 'fail', text: '\n{{ fail "choose one" }}', said: 'app/templates/x.yaml:2: choose one' },
    {
      what: 'nil',
      text: '\na: {{ .Values.a.b.c }}',
      said: 'app/templates/x.yaml:2: fails at <.Values.a.b.c>: nil pointer evaluating …',
    },
    {
      what: 'an unknown function',
      text: '\n\n{{ nope }}',
      said: 'app/templates/x.yaml:3: is not a valid template: function "nope" not defined',
    },
    {
      what: 'an unknown template',
      text: '{{ include "nope" . }}',
      said: 'app/templates/x.yaml:1: fails at <include "nope" .>: error calling include: template: no template … associated with template …',
    },
    {
      what: 'YAML that is not valid',
      text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  p: hunter2: x\n',
      said: 'app/templates/x.yaml: renders to YAML that is not valid at line 5 of the output: mapping values are not allowed in this context',
    },
    {
      what: 'no kind',
      text: 'password: hunter2\n',
      said: 'app/templates/x.yaml: is not a Kubernetes object: it needs',
    },
    {
      what: 'a list as a name',
      text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: [hunter2]}\n',
      said: 'app/templates/x.yaml: metadata.name: must be text; found a list (in what it renders)',
    },
  ])('fault 34: name file and line, and quote no content: $what', async ({ text, said }) => {
    const problems = (await problemsWith(template(text))).join('\n');
    expect(problems).toContain(said);
    expect(problems).not.toContain('hunter2');
  });

  it.each<{ what: string; more: Record<string, string>; said: string }>([
    {
      what: 'values that are not YAML',
      more: { 'app/values.yaml': 'a: 1\nb: [\n' },
      said: 'app/values.yaml:2: is not valid YAML',
    },
    {
      what: 'a Chart.yaml that is not YAML',
      more: { 'app/Chart.yaml': 'apiVersion: v2\nname: [\n' },
      said: 'app/Chart.yaml:2: is not valid YAML',
    },
    {
      what: 'a chart for another cluster',
      more: { 'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: ">=1.99"\n' },
      said: 'app/Chart.yaml: chart requires kubeVersion: >=1.99',
    },
    {
      what: 'values against the schema',
      more: {
        'app/values.yaml': 'a: {b: hunter2}',
        'app/values.schema.json': '{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}',
      },
      said: "app/values.yaml: a.b: doesn't meet the chart's schema: got string, want integer",
    },
    {
      what: 'a value against a pattern of the schema',
      more: {
        'app/values.yaml': "a: {b: 'hunter2 don''t'}",
        'app/values.schema.json': '{"properties": {"a": {"properties": {"b": {"pattern": "^[0-9]+$"}}}}}',
      },
      said: "app/values.yaml: a.b: doesn't meet the chart's schema: it does not match pattern '^[0-9]+$'",
    },
    {
      what: 'a library',
      more: { 'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\ntype: library\n' },
      said: 'app/Chart.yaml: library charts are not installable',
    },
  ])('name the file for $what', async ({ more, said }) => {
    const problems = (await problemsWith({ ...template(aConfigMap('a')), ...more })).join('\n');
    expect(problems).toContain(said);
    expect(problems).not.toContain('hunter2');
  });
});
