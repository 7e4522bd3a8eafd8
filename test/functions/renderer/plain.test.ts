import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../../shared/manifests/json.ts';
import { aTree } from '../../support/examples.ts';
import { aConfigMap, problemsWith, rendered } from '../../support/renderer.ts';

const names = async (files: Parameters<typeof rendered>[0]) =>
  (await rendered(files)).objects.map(({ object }) => object.metadata.name);

describe('a folder of plain manifests', () => {
  it('is read at any depth, YAML and JSON, but not what begins with a dot nor the configuration of the environment', async () => {
    const files = {
      'app/a.yaml': aConfigMap('a'),
      'app/deep/er/b.yml': aConfigMap('b'),
      'app/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
      'app/.github/workflow.yaml': 'on: push',
      'app/environment.yaml': 'applications: {}',
      'app/README.md': '# Read me',
      'other/d.yaml': aConfigMap('d'),
    };
    expect(await names(files)).toEqual(['a', 'b', 'c']);
  });

  it('says of each object where it stands', async () => {
    const files = {
      'app/a.yaml': `# first\n---\n\n# the map\n${aConfigMap('a')}---\n${aConfigMap('b')}`,
      'app/b.json': '\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
    };
    const { objects } = await rendered(files);
    expect(objects.map(({ source }) => source)).toEqual([
      { file: 'app/a.yaml', line: 5 },
      { file: 'app/a.yaml', line: 12 },
      { file: 'app/b.json', line: 2 },
    ]);
  });

  it('fault 36: without any manifest renders to no object', async () => {
    expect(await rendered({ 'app/README.md': 'nothing yet', 'app/empty.yaml': '# nothing\n---\n' })).toEqual({
      objects: [],
      warnings: [],
    });
  });

  it('that is not there is refused, not read as empty', async () => {
    expect(await problemsWith({ 'other/a.yaml': '' })).toEqual([
      'app: is not a folder of the repository at this revision',
    ]);
  });

  it('fault 37: gives the same bytes again, whatever the order of the files', async () => {
    const files = { 'app/a.yaml': aConfigMap('c'), 'app/b.yaml': `${aConfigMap('b')}---\n${aConfigMap('a')}` };
    const [one, other] = await Promise.all([
      rendered(files),
      rendered(Object.fromEntries(Object.entries(files).reverse())),
    ]);
    expect(stringifyJson(one)).toBe(stringifyJson(other));
  });

  it('fault 27: with a link in it is refused, and another folder is not', async () => {
    const tree = aTree(
      { 'app/a.yaml': aConfigMap('a'), 'other/a.yaml': '' },
      { 'app/b.yaml': 'is a symbolic link', 'other/x': 'is a symbolic link' },
    );
    expect(await problemsWith(tree)).toEqual(['app/b.yaml: is a symbolic link']);
  });

  it('fault 27: may have links and large files in it that are no manifests, but no folders that were left out', async () => {
    const tree = aTree(
      { 'app/a.yaml': aConfigMap('a'), '.gitmodules': '[submodule "x"]\n\tpath = app/charts.git\n' },
      {
        'app/README.md': 'is a symbolic link',
        'app/picture.png': 'is 12 MB large',
        'app/more': 'is a symbolic link',
        'app/charts.git': 'is a Git submodule',
      },
    );
    expect(await problemsWith(tree)).toEqual(['app/charts.git: is a Git submodule', 'app/more: is a symbolic link']);
  });

  it('fault 28: is not read at all while a file in it would do harm', async () => {
    expect(await problemsWith({ 'app/a.yaml': aConfigMap('a'), 'app/b.yaml': '['.repeat(10_000) })).toEqual([
      'app/b.yaml:1: is nested more than 200 levels deep; no Kubernetes object is',
    ]);
  });
});

describe('fault 29: an odd file', () => {
  it('with several documents, empty ones, a BOM, CRLF and a List gives each object once', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: d}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: e}}\n`;
    const files = {
      'app/a.yaml': `\ufeff---\n${aConfigMap('a')}---\n---\n# nothing\n--- # the second\n${aConfigMap('b')}...\n`,
      'app/c.yaml': aConfigMap('c').replaceAll('\n', '\r\n'),
      'app/d.yaml': list,
      'app/f.json':
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"f"}}\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"g"}}',
      'app/h.yaml': '{"apiVersion": "v1",\n\t"kind": "ConfigMap", "metadata": {"name": "h"}}\n---\nnull\n',
      'app/i.yaml': 'apiVersion: v1\nkind: List\nitems: []\n',
    };
    expect(await names(files)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });

  it('with CRLF has its documents apart also where a comment stands behind the "---"', async () => {
    const text = `# first\n--- # one\n${aConfigMap('a', 'k: ${v}')}--- # two\n${aConfigMap('b')}`;
    const { objects } = await rendered(
      { 'app/a.yaml': text.replaceAll('\n', '\r\n') },
      { request: { variables: [{ values: { v: 'x' }, from: [] }] } },
    );
    expect(objects).toMatchObject([
      { object: { data: { k: 'x' } }, source: { line: 3 } },
      { object: { metadata: { name: 'b' } }, source: { line: 10 } },
    ]);
  });

  it.each([
    {
      what: 'a key twice',
      text: `${aConfigMap('a')}  key: other\n`,
      said: 'app/x.yaml:7: has the key "key" twice; only the last one would count: remove one of them',
    },
    {
      what: 'a tab',
      text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n',
      said: 'app/x.yaml:4: is not valid YAML: found character that cannot start any token',
    },
    {
      what: 'a colon too many',
      text: `${aConfigMap('a')}---\n${aConfigMap('b', 'a: b: c')}`,
      said: 'app/x.yaml:13: is not valid YAML: mapping values are not allowed in this context',
    },
    {
      what: 'a separator with something behind it',
      text: `${aConfigMap('a')}--- {a: b}\n`,
      said: 'app/x.yaml:7: has "---" with something behind it: a document\'s separator must stand alone on its line',
    },
    {
      what: 'something behind the end',
      text: `${aConfigMap('a')}...\n${aConfigMap('b')}`,
      said: 'app/x.yaml:8: stands behind the end mark "..." and would be ignored; put "---" between two documents',
    },
    {
      what: 'no kind',
      text: `${aConfigMap('a')}---\n\nreplicas: 3\n`,
      said: 'app/x.yaml:9: is not a Kubernetes object: it needs a "kind" and an "apiVersion" such as "v1" or "apps/v1". Keep other files out of the folder, or in one that begins with a dot',
    },
    {
      what: 'no apiVersion',
      text: 'kind: ConfigMap\nmetadata: {name: a}\n',
      said: 'app/x.yaml:1: apiVersion: is required, such as "v1" or "apps/v1"',
    },
    {
      what: 'a list',
      text: '- a\n- b\n',
      said: 'app/x.yaml:1: is not a Kubernetes object: expected a mapping; found a list',
    },
    {
      what: 'infinity',
      text: aConfigMap('a', 'a: .inf'),
      said: 'app/x.yaml:1: has an infinite number or NaN, which JSON has no word for',
    },
    {
      what: 'a template of another tool',
      text: '{% raw %}\nkind: ConfigMap\n',
      said: 'app/x.yaml:1: is not valid JSON',
    },
    {
      what: 'a kustomization below',
      text: aConfigMap('a'),
      more: { 'app/base/kustomization.yaml': 'kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n' },
      said: 'app/base/kustomization.yaml: belongs to Kustomize, inside an application of plain manifests; make its folder an application of its own',
    },
  ])('with $what is a clear error at its line', async ({ text, more, said }) => {
    expect(await problemsWith({ 'app/x.yaml': text, ...more })).toContain(said);
  });

  it('does not keep the others from being named: all problems come at once', async () => {
    const files = {
      'app/a.yaml': 'a: b: c',
      'app/b.yaml': aConfigMap('b'),
      'app/c.yaml': 'a: 1\na: 2',
      'app/d.yaml': '\tx',
      'app/e.json': '[]',
      'app/f.yaml': 'apiVersion: v1\nkind: List\nitems: [{kind: Secret}]',
    };
    const problems = await problemsWith(files);
    expect([...new Set(problems.map((problem) => problem.split(':')[0]))]).toEqual([
      'app/a.yaml',
      'app/c.yaml',
      'app/d.yaml',
      'app/e.json',
      'app/f.yaml',
    ]);
  });
});

describe('fault 34: a message', () => {
  const secret = 'hunter2-and-more';
  it.each([
    `kind: Secret\nstringData: {p: ${secret}}\n`,
    `stringData: {p: ${secret}}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  p: ${secret}: x\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  p: !!int ${secret}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  ? [${secret}]\n  : x\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n--- ${secret}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: {a: ${secret}}}\n`,
    `{"apiVersion":"v1","kind":"Secret","stringData":{"p":"${secret}"}`,
    `- ${secret}\n`,
    secret,
  ])('does not quote the content of %j', async (text) => {
    const problems = await problemsWith({ 'app/x.yaml': text });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});

describe('fault 35: an object that cannot be applied', () => {
  it.each([
    {
      what: 'twice',
      text: `${aConfigMap('a')}---\n${aConfigMap('b')}---\n${aConfigMap('a')}`,
      said: 'app/x.yaml:15: ConfigMap a: is there 2 times (app/x.yaml:1, app/x.yaml:15); each object must stand once',
    },
    {
      what: 'twice, once with the namespace that it would get',
      text: `${aConfigMap('a')}---\n${aConfigMap('a').replace('name: a', 'name: a\n  namespace: example')}`,
      said: 'app/x.yaml:8: ConfigMap a: is there 2 times (app/x.yaml:1, app/x.yaml:8); each object must stand once',
    },
    {
      what: 'twice in two versions',
      text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n',
      said: 'app/x.yaml:5: Deployment a: is there 2 times (app/x.yaml:1, app/x.yaml:5); each object must stand once',
    },
    {
      what: 'without a name',
      text: `---\n${aConfigMap('""')}`,
      said: 'app/x.yaml:2: ConfigMap: metadata.name: is required',
    },
    {
      what: 'with a name made anew each time',
      text: 'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n',
      said: 'app/x.yaml:1: Pod: metadata.generateName: has no name that stays the same, so each deployment would make another object: use metadata.name',
    },
    {
      what: 'with an invalid name',
      text: aConfigMap('My_Map'),
      said: 'app/x.yaml:1: ConfigMap My_Map: metadata.name: must be lower-case letters, digits, "-" and "."; found "My_Map"',
    },
    {
      what: 'with a name that is a path',
      text: 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a/../b}\n',
      said: 'app/x.yaml:1: Widget a/../b: metadata.name: must be usable in a URL\'s path, without "/" and "%"; found "a/../b"',
    },
    {
      what: 'with an invalid namespace',
      text: aConfigMap('a').replace('name: a', 'name: a\n  namespace: A'),
      said: 'app/x.yaml:1: ConfigMap a: metadata.namespace: must be a DNS label; found "A"',
    },
  ])('$what is refused with file and line', async ({ text, said }) => {
    expect(await problemsWith({ 'app/x.yaml': text })).toEqual([said]);
  });

  it('is told from one of another group, and names of RBAC and of bundles of certificates may have colons', async () => {
    const files = {
      'app/a.yaml': 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n',
      'app/b.yaml': 'apiVersion: example.com/v1\nkind: Ingress\nmetadata: {name: a}\n',
      'app/c.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: "system:a"}\n',
      'app/d.yaml':
        'apiVersion: certificates.k8s.io/v1\nkind: ClusterTrustBundle\nmetadata: {name: "example.com:signer:a"}\n',
    };
    expect(await names(files)).toHaveLength(4);
  });
});
