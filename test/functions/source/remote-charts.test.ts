import { describe, expect, it, onTestFinished } from 'vitest';
import { answer } from '../../../functions/renderer/answer.ts';
import { createReadTree } from '../../../functions/renderer/read-trees.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import type { Artifact } from '../../../shared/artifacts/artifact.ts';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { createDownload } from '../../../shared/charts/download.client.ts';
import { createFetchChart } from '../../../shared/charts/fetch-chart.ts';
import type { FetchChart } from '../../../shared/charts/ports.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { aChartArchive } from '../../support/chart.ts';
import { serveCharts } from '../../support/chart-server.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';
import { createSource, type Files } from '../../support/source-world.ts';

const archive = await aChartArchive();
const digest = digestOf(archive);
const repository = 'oci://registry.example.com/charts';
const chart = { repository, name: 'web', version: '1.2.3', digest };

const environment = (part: object = {}, more: Files = {}): Files => ({
  'environment.yaml': JSON.stringify({ applications: { web: { chart: { ...chart, ...part } }, api: { path: 'api' } } }),
  'api/a.yaml': '1',
  ...more,
});

/** A source whose registry answers as `fetchChart` says. */
function createChartSource(fetchChart: FetchChart = async () => archive) {
  const source = createSource();
  const fetched: string[] = [];
  source.ports.environments = { staging: aDeployerEnvironment({ charts: [`${repository}/*`, 'http://127.0.0.1:*'] }) };
  source.ports.fetchChart = async (asked) => {
    fetched.push(`${asked.name} ${asked.version}`);
    return fetchChart(asked);
  };
  const problems = async () =>
    ((await source.state.readAttempt('staging'))?.problems ?? []).map(describeProblem).join('\n');
  return { ...source, fetched, problems };
}

describe('a chart of a chart repository', () => {
  it('is fetched once, kept by its digest, and handed to the renderer by a URL', async () => {
    const source = createChartSource();
    const requests: unknown[] = [];
    const { render } = source.ports;
    source.ports.render = async (request, name) => {
      if (request.application === 'web') requests.push(request.chart);
      return render(request, name);
    };
    source.push(environment());
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web', 'api'] });
    expect(requests[0]).toEqual({ url: `memory:${keys.chart(digest)}`, digest, name: 'web', version: '1.2.3' });
    source.push(environment({}, { 'values.yaml': 'colour: blue' }));
    source.push(environment({ repository: `${repository}/` }));
    await source.refresh();
    expect(source.fetched).toEqual(['web 1.2.3']);
  });

  it('is needed no more from its repository, once it is here', async () => {
    const source = createChartSource();
    source.push(environment());
    await source.refresh();
    source.ports.fetchChart = () => Promise.reject(new Error('gone'));
    source.ports.environments = { staging: aDeployerEnvironment({ charts: ['*'], namespaces: ['other'] }) };
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered' });
  });

  it('fails only its application when its repository can’t be reached, and is tried again', async () => {
    let isDown = false;
    const newer = await aChartArchive('web', '1.3.0');
    const source = createChartSource(async ({ version }) => {
      if (isDown) throw new Error('ECONNREFUSED');
      return version === '1.3.0' ? newer : archive;
    });
    source.push(environment());
    await source.refresh();
    const before = (await source.release()).applications.web?.artifact;
    isDown = true;
    source.push(environment({ version: '1.3.0', digest: digestOf(newer) }, { 'api/a.yaml': '2' }));
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    expect((await source.release()).applications.web?.artifact).toEqual(before);
    isDown = false;
    expect(await source.refresh()).toMatchObject({ outcome: 'unchanged' });
    source.advance(5);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });

  it.each<[string, object, FetchChart, string]>([
    [
      'isn’t pinned',
      { digest: undefined },
      async () => archive,
      `environment.yaml:1: applications.web.chart.digest: is required, so that the chart is the same tomorrow. the chart web 1.2.3 of ${repository} has today: ${digest}`,
    ],
    [
      'is another one than the pinned one',
      {},
      () => aChartArchive('web', '1.2.3', { 'templates/evil.yaml': '' }),
      `environment.yaml:1: applications.web.chart.digest: is not what the chart web 1.2.3 of ${repository} has: expected ${digest}; found sha256:`,
    ],
    [
      'says another version of itself',
      { version: '1.2.4' },
      async () => archive,
      'environment.yaml:1: applications.web.chart.version: is not what the archive says: expected "1.2.4"; found "1.2.3"',
    ],
    [
      'says another name of itself',
      { name: 'api' },
      async () => archive,
      'environment.yaml:1: applications.web.chart.name: is not what the archive says: expected "api"; found "web"',
    ],
  ])('is refused when it %s', async (_name, part, fetchChart, message) => {
    const source = createChartSource(fetchChart);
    source.push(environment(part));
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    expect(await source.problems()).toContain(message);
    expect(source.fetched).toHaveLength(1);
  });

  it('fault 26: is refused before anybody unpacks it, when it is no archive', async () => {
    const bytes = new TextEncoder().encode('no archive');
    const source = createChartSource(async () => bytes);
    source.push(environment({ digest: digestOf(bytes) }));
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    expect(await source.problems()).toContain('archive is damaged: it is no whole tar.gz');
  });

  it('depends on its digest and its value files, and on nothing else of the repository', async () => {
    const source = createChartSource();
    const config = (values: string[]) =>
      JSON.stringify({ applications: { web: { chart, path: 'config', values }, api: { path: 'api' } } });
    const files = (more: Files) => ({
      'environment.yaml': config(['web.yaml', '../shared.yaml']),
      'api/a.yaml': '1',
      'config/web.yaml': 'a: 1',
      'shared.yaml': 'b: 1',
      ...more,
    });
    source.push(files({}));
    await source.refresh();
    const renderedFor = async (more: Files) => {
      source.rendered.length = 0;
      source.push(files(more));
      await source.refresh();
      return source.rendered;
    };
    expect(await renderedFor({ 'config/other.yaml': 'x', 'other.yaml': 'y' })).toEqual([]);
    expect(await renderedFor({ 'config/web.yaml': 'a: 2' })).toEqual(['config']);
    expect(await renderedFor({ 'shared.yaml': 'b: 2' })).toEqual(['config']);
  });
});

describe('a chart, from its repository to the artifact', () => {
  it.each(['http', 'oci'])('is rendered without a network, with values from Git: %s', async (scheme) => {
    const { host, close } = await serveCharts(() => ({
      '/charts/index.yaml': { body: 'entries:\n  web:\n  - urls: [web.tgz]\n    version: 1.2.3\n' },
      '/charts/web.tgz': { body: archive },
      '/v2/charts/web/manifests/1.2.3': {
        body: JSON.stringify({
          layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length }],
        }),
      },
      [`/v2/charts/web/blobs/${digest}`]: { body: archive },
    }));
    onTestFinished(close);
    const tools = await ensureKubectlAndHelm();
    const source = createChartSource(
      createFetchChart({
        download: createDownload(),
        ecr: () => Promise.reject(new Error('not asked')),
        isInEcr: () => false,
        credentialsFor: async () => undefined,
      }),
    );
    const { objects } = source.ports;
    source.ports.environments = { staging: aDeployerEnvironment({ charts: [`${scheme}://${host}/charts/*`] }) };
    const transfer = {
      download: (url: string) => objects.get(url.replace('memory:', '')),
      upload: (url: string, bytes: Uint8Array) => objects.putOnce(url.replace('memory:', ''), bytes),
    };
    source.ports.render = (request) => answer(request, { tools, transfer, readTree: createReadTree(transfer) });
    const web = { chart: { ...chart, repository: `${scheme}://${host}/charts` }, values: ['values/web.yaml'] };
    source.push({ 'environment.yaml': JSON.stringify({ applications: { web } }), 'values/web.yaml': 'colour: blue\n' });
    expect(await source.refresh(), await source.problems()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
    const stored = await objects.get(
      keys.artifact('staging', (await source.release()).applications.web?.artifact?.digest ?? ''),
    );
    const artifact = JSON.parse(new TextDecoder().decode(stored)) as Artifact;
    expect(artifact.objects.map(({ object }) => object)).toMatchObject([
      { kind: 'ConfigMap', metadata: { name: 'web' }, data: { colour: 'blue' } },
    ]);
  });
});
