import { describe, expect, it } from 'vitest';
import { aConfigMap, problemsWith, rendered } from '../../support/renderer.ts';

const chart = (more: Record<string, string>) => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'app/templates/a.yaml': aConfigMap('{{ .Release.Name }}', 'k: echo ${HOME} $$'),
  'app/templates/b.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n',
  ...more,
});
const over = (kustomization: string, more: Record<string, string> = {}) =>
  chart({ 'overlay/kustomization.yaml': kustomization, ...more });

const request = { kustomize: 'overlay' };
const objectsOf = async (files: Record<string, string>, part = {}) =>
  (await rendered(files, { request: { ...request, ...part } })).objects;

describe('a kustomization over a chart', () => {
  it('gets what the chart gives as its first resource, and adds its own', async () => {
    const files = over(
      'namePrefix: x-\nresources:\n- more.yaml\npatches:\n- path: replicas.yaml\ncomponents: [../component]\n',
      {
        'overlay/more.yaml': aConfigMap('more'),
        'overlay/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n',
        'component/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {a: b}}]\n',
      },
    );
    const objects = await objectsOf(files);
    expect(objects).toMatchObject([
      { object: { metadata: { name: 'x-example', labels: { a: 'b' } }, data: { k: 'echo ${HOME} $$' } } },
      { object: { metadata: { name: 'x-more' } } },
      {
        object: { metadata: { name: 'x-web' }, spec: { replicas: 3 } },
        source: { file: 'overlay/kustomization.yaml' },
      },
    ]);
  });

  it.each([
    { what: 'resources that are empty', text: 'resources:\n' },
    { what: 'resources in brackets', text: 'resources: []\n' },
    { what: 'other letters', text: 'Resources: []\n' },
    { what: 'JSON', text: '{"kind": "Kustomization", "apiVersion": "kustomize.config.k8s.io/v1beta1"}' },
  ])('may have in it $what', async ({ text }) => {
    expect(await objectsOf(over(text))).toHaveLength(2);
  });

  it('may stand in the folder of the chart, which is then no folder of kustomize only', async () => {
    const files = chart({ 'app/kustomization.yaml': 'namePrefix: x-\n' });
    const objects = await objectsOf(files, { kustomize: 'app' });
    expect(objects.map(({ object }) => object.metadata.name)).toEqual(['x-example', 'x-web']);
  });

  it('has files of its own with the name that the chart’s output would get', async () => {
    const files = over('resources: [chart-output.yaml]\n', { 'overlay/chart-output.yaml': aConfigMap('own') });
    expect(await objectsOf(files)).toHaveLength(3);
  });

  it('has variables of its own; those of the chart’s scripts stay', async () => {
    const files = over('namePrefix: ${prefix}-\nresources: [own.yaml]\n', {
      'overlay/own.yaml': aConfigMap('own', 'k: ${prefix}'),
    });
    const objects = await objectsOf(files, { variables: [{ values: { prefix: 'x' }, from: [] }] });
    expect(objects.map(({ object }) => [object.metadata.name, object.data])).toEqual([
      ['x-example', { k: 'echo ${HOME} $$' }],
      ['x-own', { k: 'x' }],
      ['x-web', undefined],
    ]);
  });

  it('leaves what an object of the chart says as it is, where that one asks for no variables, too', async () => {
    const disabled = 'annotations: {plumbline.dev/substitute: disabled}';
    const files = over('namePrefix: x-\n', {
      'app/templates/a.yaml': aConfigMap('a', 'k: echo ${HOME} $$').replace('name: a', `name: a\n  ${disabled}`),
    });
    const [object] = await objectsOf(files, { variables: [{ values: { HOME: 'no' }, from: [] }] });
    expect(object?.object.data).toEqual({ k: 'echo ${HOME} $$' });
  });

  it('keeps numbers and texts of the chart as kubectl reads them', async () => {
    const files = over('labels: [{pairs: {a: b}}]\n', {
      'app/templates/a.yaml': aConfigMap('a', 'big: 9007199254740993\n  yes: "no"\n  date: "2001-01-01"\n  e: 1e3'),
    });
    const [object] = await objectsOf(files);
    expect(object?.object.data).toEqual({
      big: JSON.rawJSON('9007199254740993'),
      true: 'no',
      date: '2001-01-01',
      e: 1000,
    });
  });

  it('takes a key that the chart writes twice with a warning, as without it', async () => {
    const files = over('namePrefix: x-\n', { 'app/templates/a.yaml': `${aConfigMap('a')}  key: other\n` });
    const { objects, warnings } = await rendered(files, { request });
    expect(objects[0]?.object).toMatchObject({ data: { key: 'other' } });
    expect(warnings).toEqual([expect.objectContaining({ file: 'app/templates/a.yaml' })]);
  });

  it.each([
    {
      what: 'an address',
      files: over('resources: [https://example.com/x.yaml]\n'),
      said: /^overlay\/kustomization.yaml:1: resources\[0\]: is a remote address/,
    },
    { what: 'no kustomization', files: chart({}), said: /^overlay: .*has none of kustomization.yaml/ },
    {
      what: 'no chart under it',
      files: { 'app/a.yaml': aConfigMap('a'), 'overlay/kustomization.yaml': '' },
      said: /^app: kustomize: is only for charts/,
    },
    {
      what: 'a patch for nothing',
      files: over('patches:\n- patch: |\n    {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}\n'),
      said: /^overlay\/kustomization.yaml: ConfigMap.v1.\[noGrp\]\/other.\[noNs\]: is the target of a patch/,
    },
    {
      what: 'an object that the chart has, too',
      files: over('resources: [web.yaml]\n', {
        'overlay/web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n',
      }),
      said: /^overlay\/kustomization.yaml: Deployment.v1.apps\/web.\[noNs\]: is there twice/,
    },
  ])('is refused with $what', async ({ files, said }) => {
    expect(await problemsWith(files, { request })).toEqual([expect.stringMatching(said)]);
  });
});
