import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { createCredentialsFor } from '../../../shared/charts/credentials.ts';
import { createDownload } from '../../../shared/charts/download.client.ts';
import { createFetchChart } from '../../../shared/charts/fetch-chart.ts';
import { BadInputError, RefusedError } from '../../../shared/errors.ts';
import { aChartArchive } from '../../support/chart.ts';
import { type Route, serveCharts } from '../../support/chart-server.ts';

const archive = await aChartArchive();
const digest = digestOf(archive);
const password = 'opensesame';
const asReader = `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;
const manifest = JSON.stringify({
  layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length }],
});

async function serve(routes: (host: string) => Record<string, Route>) {
  const server = await serveCharts(routes);
  onTestFinished(() => server.close());
  return server;
}

/** Only for whoever asks with this. */
const onlyFor =
  (wanted: string, body: string | Uint8Array, challenge = 'Basic realm="charts"'): Route =>
  ({ headers: { authorization } }) =>
    authorization === wanted ? { body } : { status: 401, headers: { 'www-authenticate': challenge } };

const values: Record<string, string> = {
  reader: JSON.stringify({ username: 'reader', password }),
  stranger: JSON.stringify({ username: 'stranger', password: 'guess' }),
};

/** @param entries patterns of charts and the names of their secrets */
function fetchChart(repository: string, entries: [charts: string, secret: string][]) {
  const credentialsFor = createCredentialsFor(
    entries.map(([charts, secret]) => ({ charts, secret })),
    { get: async (name) => values[name] ?? '' },
  );
  const ecr = () => Promise.reject(new Error('not asked'));
  const fetch = createFetchChart({ download: createDownload(), ecr, isInEcr: () => false, credentialsFor });
  return fetch({ repository, name: 'web', version: '1.2.3' });
}

describe('a chart in a private repository with an index.yaml', () => {
  const index = (url: string) => `entries:\n  web:\n  - urls: ["${url}"]\n    version: 1.2.3\n`;
  const repository = (url = 'web-1.2.3.tgz') =>
    serve(() => ({
      '/private/index.yaml': onlyFor(asReader, index(url)),
      '/private/web-1.2.3.tgz': onlyFor(asReader, archive),
    }));

  it('is fetched with the credentials that its pattern names', async () => {
    const { host } = await repository();
    const entries: [string, string][] = [
      [`http://${host}/other/*`, 'stranger'],
      [`http://${host}/private/*`, 'reader'],
      [`http://${host}/*`, 'stranger'],
    ];
    expect(digestOf(await fetchChart(`http://${host}/private`, entries))).toBe(digest);
  });

  it('takes no credentials to another host that its index names', async () => {
    const elsewhere = await serve(() => ({ '/web-1.2.3.tgz': { body: archive } }));
    const { host } = await repository(`http://${elsewhere.host}/web-1.2.3.tgz`);
    expect(digestOf(await fetchChart(`http://${host}/private`, [[`http://${host}/*`, 'reader']]))).toBe(digest);
    expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it.each<[string, [string, string][], string]>([
    ['no credentials are for it', [], 'is not public (401), and "chartCredentials" in deployer.yaml has none for it'],
    ['they are refused', [['http://HOST/*', 'stranger']], 'may not be read (401) with what the secret stranger says'],
  ])('is refused, and says why, where %s', async (_name, entries, message) => {
    const { host } = await repository();
    const here = entries.map(([charts, secret]): [string, string] => [charts.replace('HOST', host), secret]);
    const fetched = fetchChart(`http://${host}/private`, here);
    await expect(fetched).rejects.toBeInstanceOf(RefusedError);
    await expect(fetched).rejects.toThrow(message);
  });
});

describe('a chart in a private registry', () => {
  const registry = (challenge: (host: string) => string, wanted: string, more: Record<string, Route> = {}) =>
    serve((host) => ({
      '/v2/charts/web/manifests/1.2.3': onlyFor(wanted, manifest, challenge(host)),
      [`/v2/charts/web/blobs/${digest}`]: onlyFor(wanted, archive, challenge(host)),
      ...more,
    }));

  it('is fetched with a token that the credentials are good for', async () => {
    const bearer = (host: string) => `Bearer realm="http://${host}/token",service="registry"`;
    const { host, asked } = await registry(bearer, 'Bearer for-reader', {
      '/token?service=registry&scope=repository%3Acharts%2Fweb%3Apull': onlyFor(asReader, '{"token":"for-reader"}'),
    });
    expect(digestOf(await fetchChart(`oci://${host}/charts`, [[`oci://${host}/charts/*`, 'reader']]))).toBe(digest);
    expect(asked.map(({ path, authorization }) => `${path.split('?')[0]} ${authorization}`)).toEqual([
      '/v2/charts/web/manifests/1.2.3 undefined',
      `/token ${asReader}`,
      '/v2/charts/web/manifests/1.2.3 Bearer for-reader',
      `/v2/charts/web/blobs/${digest} Bearer for-reader`,
    ]);
  });

  it('is fetched with the password itself where the registry wants that', async () => {
    const { host } = await registry(() => 'Basic realm="registry"', asReader);
    expect(digestOf(await fetchChart(`oci://${host}/charts`, [[`oci://${host}/*`, 'reader']]))).toBe(digest);
  });

  it('takes no credentials to where the registry keeps its blobs', async () => {
    const storage = await serve(() => ({ '/blob': { body: archive } }));
    const { host } = await registry(() => 'Basic realm="registry"', asReader, {
      [`/v2/charts/web/blobs/${digest}`]: { status: 307, headers: { location: `http://${storage.host}/blob` } },
    });
    expect(digestOf(await fetchChart(`oci://${host}/charts`, [[`oci://${host}/*`, 'reader']]))).toBe(digest);
    expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

it.each([
  ['no JSON', 'reader:opensesame'],
  ['no password', '{"username": "reader"}'],
  ['a colon in the name', '{"username": "rea:der", "password": "opensesame"}'],
])('a secret with %s is an error that tells the form and not the value', async (_name, value) => {
  const credentialsFor = createCredentialsFor([{ charts: 'https://charts.example.com/*', secret: 'charts' }], {
    get: async () => value,
  });
  const found = credentialsFor({ repository: 'https://charts.example.com', name: 'web', version: '1.2.3' });
  await expect(found).rejects.toBeInstanceOf(BadInputError);
  await expect(found).rejects.toThrow('the secret charts must be {"username": "…", "password": "…"}');
  await expect(found).rejects.not.toThrow('opensesame');
});
