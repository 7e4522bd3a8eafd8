import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { type ArchiveEntry, aConfigMap, anArchive, problemsWith, rendered } from '../../support/renderer.ts';

const chartYaml = 'apiVersion: v2\nname: redis\nversion: 1.2.3\n';

const packed = (files: Record<string, string | Uint8Array>, folder = 'redis') =>
  anArchive(Object.entries(files).map(([path, content]) => ({ name: `${folder}/${path}`, content })));

async function aChart(bytes: Uint8Array | Promise<Uint8Array>) {
  const archive = await bytes;
  return { bytes: archive, digest: digestOf(archive), name: 'redis', version: '1.2.3' };
}

const whole = {
  'Chart.yaml': chartYaml,
  'values.yaml': 'k: chart ${v}\n',
  'templates/a.yaml': aConfigMap('{{ .Release.Name }}', 'k: {{ .Values.k }}'),
};
const repository = { 'app/values.yaml': 'k: app ${v}\n', 'README.md': '' };

describe('a chart from a chart repository', () => {
  it('is rendered with the value files of the application, from the tree', async () => {
    const chart = await aChart(packed(whole));
    const bare = await rendered(repository, { request: { chart } });
    expect(bare.objects).toEqual([
      {
        source: { file: 'redis-1.2.3.tgz/templates/a.yaml' },
        object: expect.objectContaining({ data: { k: 'chart ${v}' } }),
      },
    ]);
    const helm = { releaseName: 'example', values: ['values.yaml'] };
    const { objects } = await rendered(repository, { request: { chart, helm } });
    expect(objects[0]?.object).toMatchObject({ data: { k: 'app ${v}' } });
  });

  it('gets variables in the application’s value files, not in its own', async () => {
    const chart = await aChart(packed(whole));
    const variables = [{ values: { v: 'x' }, from: [] }];
    const own = await rendered(repository, { request: { chart, variables } });
    expect(own.objects[0]?.object).toMatchObject({ data: { k: 'chart ${v}' } });
    const helm = { releaseName: 'example', values: ['values.yaml'] };
    const { objects } = await rendered(repository, { request: { chart, variables, helm } });
    expect(objects[0]?.object).toMatchObject({ data: { k: 'app x' } });
  });

  it('may have a kustomization over it, and a folder of its own is not asked for', async () => {
    const chart = await aChart(packed(whole));
    const files = { 'over/kustomization.yaml': 'namePrefix: x-\n' };
    const { objects } = await rendered(files, { request: { chart, kustomize: 'over' } });
    expect(objects[0]?.object.metadata.name).toBe('x-example');
  });

  it('is all that was packed, whatever its .helmignore says', async () => {
    const chart = await aChart(packed({ ...whole, '.helmignore': 'templates/\n' }));
    expect((await rendered({}, { request: { chart } })).objects).toHaveLength(1);
  });

  it('has its dependencies packed in it', async () => {
    const dependency = await packed(
      { 'Chart.yaml': chartYaml.replace('redis', 'common'), 'templates/b.yaml': aConfigMap('b') },
      'common',
    );
    const chart = await aChart(
      packed({
        ...whole,
        'Chart.yaml': `${chartYaml}dependencies: [{name: common, version: 1.2.3, repository: "https://example.com"}]\n`,
        'charts/common-1.2.3.tgz': dependency,
      }),
    );
    expect((await rendered({}, { request: { chart } })).objects).toHaveLength(2);
  });

  it('is named in what is wrong with it, file and line', async () => {
    const chart = await aChart(packed({ ...whole, 'templates/b.yaml': '\n{{ .Values.a.b.c }}' }));
    expect(await problemsWith({}, { request: { chart } })).toEqual([
      'redis-1.2.3.tgz/templates/b.yaml:2: fails at <.Values.a.b.c>: nil pointer evaluating …',
    ]);
  });

  it('is refused if it is not the one that was pinned', async () => {
    const chart = { ...(await aChart(packed(whole))), digest: `sha256:${'0'.repeat(64)}` };
    expect(await problemsWith({}, { request: { chart } })).toEqual([
      expect.stringMatching(
        /^redis-1.2.3.tgz: is not the archive that was pinned: expected sha256:0{64}; found sha256:/,
      ),
    ]);
  });

  it.each<{ what: string; entries: ArchiveEntry[]; said: string }>([
    {
      what: 'fault 26: a bomb',
      entries: [{ name: 'redis/a', content: new Uint8Array(64 * 1024 * 1024) }],
      said: 'unpacks to more than 100 times its size',
    },
    {
      what: 'fault 27: a path that leads out of it',
      entries: [{ name: 'redis/../../x', content: 'x' }],
      said: 'redis/../../x: has a name that leaves',
    },
    {
      what: 'fault 27: a link',
      entries: [
        { name: 'redis/Chart.yaml', content: chartYaml },
        { name: 'redis/templates/x.yaml', type: 'symlink', linkname: '/etc/passwd' },
      ],
      said: 'redis-1.2.3.tgz/templates/x.yaml: is a symbolic link',
    },
    {
      what: 'fault 28: values that are an alias bomb',
      entries: [
        { name: 'redis/Chart.yaml', content: chartYaml },
        { name: 'redis/values.yaml', content: `a: ${'['.repeat(10_000)}` },
      ],
      said: 'redis-1.2.3.tgz/values.yaml:1: is nested more than 200 levels',
    },
    { what: 'no chart in it', entries: [{ name: 'redis/a.yaml', content: '' }], said: 'is no chart' },
    {
      what: 'fault 33: a dependency that is not in it',
      entries: [
        {
          name: 'redis/Chart.yaml',
          content: `${chartYaml}dependencies: [{name: common, version: 1.2.3, repository: "https://example.com"}]\n`,
        },
      ],
      said: 'the dependency "common" is not in charts/',
    },
  ])('is refused with $what', async ({ entries, said }) => {
    const problems = await problemsWith({}, { request: { chart: await aChart(anArchive(entries)) } });
    expect(problems).toEqual([expect.stringContaining(said)]);
  });

  it('is refused if it is no archive at all', async () => {
    const problems = await problemsWith({}, { request: { chart: await aChart(new Uint8Array([1, 2, 3])) } });
    expect(problems).toEqual(["the chart redis-1.2.3.tgz's archive is damaged: it is no whole tar.gz"]);
  });
});

describe('a chart packed in a chart', () => {
  const withPacked = async (inner: Uint8Array) => ({
    'app/Chart.yaml': chartYaml,
    'app/charts/common-1.0.0.tgz': inner,
  });

  const within = (files: Record<string, string>) =>
    packed({ 'Chart.yaml': chartYaml.replace('redis', 'common'), ...files }, 'common');

  it('is rendered; a schema in it that refers to the network is not checked, with a warning', async () => {
    const inner = await within({
      'templates/b.yaml': aConfigMap('b'),
      'values.schema.json': '{"properties": {"a": {"$ref": "https://example.com/schema.json"}}}',
    });
    const { objects, warnings } = await rendered(await withPacked(inner));
    expect(objects).toHaveLength(1);
    expect(warnings).toEqual([
      {
        file: 'app/charts/common-1.0.0.tgz/values.schema.json',
        message: expect.stringContaining('never fetched'),
      },
    ]);
  });

  it('fault 37: is found out if it prints the time, as the chart around it is', async () => {
    const inner = await within({ 'templates/b.yaml': aConfigMap('b', 'k: {{ now | date "2006" | quote }}') });
    const outer = await packed({ 'Chart.yaml': chartYaml, 'charts/common-1.2.3.tgz': inner });
    for (const archive of [inner, outer])
      expect(await problemsWith(await withPacked(archive))).toEqual([
        expect.stringMatching(/ConfigMap b: data\.k: differs each time that the chart is rendered/),
      ]);
  });

  it.each<{ what: string; inner: () => Promise<Uint8Array>; said: string }>([
    {
      what: 'fault 26: a bomb',
      inner: () => anArchive([{ name: 'common/a', content: new Uint8Array(64 * 1024 * 1024) }]),
      said: 'app/charts/common-1.0.0.tgz: the archive unpacks to more than 100 times',
    },
    {
      what: 'fault 26: a bomb in a chart in it',
      inner: async () =>
        packed(
          { 'charts/x-1.0.0.tgz': await anArchive([{ name: 'x/a', content: new Uint8Array(64 * 1024 * 1024) }]) },
          'common',
        ),
      said: 'app/charts/common-1.0.0.tgz/charts/x-1.0.0.tgz:',
    },
    {
      what: 'fault 27: a link',
      inner: () => anArchive([{ name: 'common/x', type: 'symlink', linkname: '/etc/passwd' }]),
      said: 'app/charts/common-1.0.0.tgz/x: is a symbolic link',
    },
    {
      what: 'fault 28: values that are nested without end',
      inner: () => packed({ 'values.yaml': '['.repeat(10_000) }, 'common'),
      said: 'app/charts/common-1.0.0.tgz/values.yaml:1: is nested more than 200 levels',
    },
    {
      what: 'fault 28: an older lock file that is nested without end',
      inner: () => packed({ 'requirements.lock': '['.repeat(10_000) }, 'common'),
      said: 'app/charts/common-1.0.0.tgz/requirements.lock:1: is nested more than 200 levels',
    },
  ])('is refused with $what', async ({ inner, said }) => {
    expect(await problemsWith(await withPacked(await inner()))).toEqual([expect.stringContaining(said)]);
  });
});
