import type { LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { createDownload } from '../../../shared/charts/download.client.ts';
import { createFetchChart } from '../../../shared/charts/fetch-chart.ts';
import type { ChartName } from '../../../shared/charts/ports.ts';
import { BadInputError, MissingError, RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { aChartArchive } from '../../support/chart.ts';
import { type Route, serveCharts } from '../../support/chart-server.ts';

const archive = await aChartArchive();
const digest = digestOf(archive);
const version = { name: 'web', version: '1.2.3' };

async function serve(routes: (host: string) => Record<string, Route>) {
  const server = await serveCharts(routes);
  onTestFinished(() => server.close());
  return server;
}

const fetchWith = (download = createDownload()) =>
  createFetchChart({
    ...{ download, ecr: () => Promise.reject(new Error('not asked')), isInEcr: () => false },
    credentialsFor: async () => undefined,
  });
const fetchChart = (chart: Partial<ChartName>) => fetchWith()({ repository: '', ...version, ...chart });

const indexOf = (url: string) => `entries:\n  web:\n  - urls: ["${url}"]\n    version: 1.2.3\n`;

describe('a chart in a repository with an index.yaml', () => {
  const repository = (url: string, more: Record<string, Route> = {}) =>
    serve((host) => ({
      '/charts/index.yaml': { body: indexOf(url.replace('HOST', host)) },
      '/charts/web-1.2.3.tgz': { body: archive },
      ...more,
    }));

  it.each([
    ['relative', 'web-1.2.3.tgz'],
    ['absolute', 'http://HOST/charts/web-1.2.3.tgz'],
    ['a path', '/charts/web-1.2.3.tgz'],
  ])('is fetched from the index’s address: %s', async (_name, url) => {
    const { host } = await repository(url);
    expect(Buffer.from(await fetchChart({ repository: `http://${host}/charts` })).equals(archive)).toBe(true);
  });

  it('is fetched through redirects', async () => {
    const { host } = await repository('moved', {
      '/charts/moved': { status: 302, headers: { location: '../charts/again' } },
      '/charts/again': { status: 307, headers: { location: '/charts/web-1.2.3.tgz' } },
    });
    expect(digestOf(await fetchChart({ repository: `http://${host}/charts` }))).toBe(digest);
  });

  it.each<[string, Record<string, Route>, new (...args: never[]) => Error, string]>([
    [
      'has no index',
      { '/charts/index.yaml': { status: 404 } },
      MissingError,
      'the index.yaml of http://HOST/charts is not there (404)',
    ],
    [
      'has no such version',
      { '/charts/index.yaml': { body: indexOf('x').replace('1.2.3', '9.9.9') } },
      MissingError,
      "the chart web 1.2.3 of http://HOST/charts is not in the repository's index.yaml",
    ],
    [
      'has lost the archive',
      { '/charts/web-1.2.3.tgz': { status: 404 } },
      MissingError,
      'the chart web 1.2.3 of http://HOST/charts is not there (404)',
    ],
    ['wants credentials', { '/charts/index.yaml': { status: 401 } }, RefusedError, 'is not public (401)'],
    ['is down', { '/charts/index.yaml': { status: 503 } }, TryAgainError, 'could not be fetched (503)'],
    ['throttles', { '/charts/web-1.2.3.tgz': { status: 429 } }, TryAgainError, 'could not be fetched (429)'],
    [
      'has moved into a registry',
      { '/charts/index.yaml': { body: indexOf('oci://registry.example.com/charts/web:1.2.3') } },
      BadInputError,
      'is in a registry by now: use "repository: oci://registry.example.com/charts"',
    ],
    [
      'has too large an archive',
      { '/charts/web-1.2.3.tgz': { body: Buffer.alloc(20 * 1024 * 1024 + 1) } },
      BadInputError,
      'HOST/charts/web-1.2.3.tgz is larger than 20 MB',
    ],
    [
      'redirects without end',
      { '/charts/web-1.2.3.tgz': { status: 302, headers: { location: '/charts/web-1.2.3.tgz' } } },
      TryAgainError,
      'HOST redirects without end',
    ],
    [
      'redirects to nowhere',
      { '/charts/web-1.2.3.tgz': { status: 302, headers: { location: 'https://[' } } },
      TryAgainError,
      'HOST redirects to nowhere',
    ],
    [
      'redirects to another protocol',
      { '/charts/web-1.2.3.tgz': { status: 302, headers: { location: 'file:///etc/passwd' } } },
      RefusedError,
      'is not https',
    ],
    [
      'redirects to the network within',
      { '/charts/web-1.2.3.tgz': { status: 302, headers: { location: 'https://10.0.0.1/' } } },
      RefusedError,
      '10.0.0.1 is not an address of the internet',
    ],
    [
      'names the metadata service in its index',
      { '/charts/index.yaml': { body: indexOf('http://169.254.169.254/latest') } },
      RefusedError,
      'is not https',
    ],
  ])('is an error that says so when the repository %s', async (_name, routes, type, message) => {
    const { host } = await repository('web-1.2.3.tgz', routes);
    const fetched = fetchChart({ repository: `http://${host}/charts` });
    await expect(fetched).rejects.toBeInstanceOf(type);
    await expect(fetched).rejects.toThrow(message.replaceAll('HOST', host));
  });

  it('is an error that may pass when nobody answers', async () => {
    const { host, close } = await serveCharts(() => ({}));
    close();
    await expect(fetchChart({ repository: `http://${host}` })).rejects.toThrow(
      `${host} does not answer (ECONNREFUSED)`,
    );
  });
});

/** Server-side request forgery: `source` must reach nothing that its repository could not. */
describe('a repository of the internet', () => {
  const named =
    (...addresses: string[]): LookupFunction =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['10.0.0.1'],
    ['::1'],
    ['fd00:ec2::254'],
    ['93.184.216.34', '127.0.0.1'],
  ])('is refused when its name turns out to be %s', async (...addresses) => {
    const fetched = fetchWith(createDownload({ lookup: named(...addresses) }))({
      repository: 'https://charts.example.com',
      ...version,
    });
    await expect(fetched).rejects.toThrow(RefusedError);
    await expect(fetched).rejects.toThrow('is not an address of the internet');
  });

  it('may not lead to this machine, even where its operator’s own repositories may', async () => {
    const asked: string[] = [];
    const fetched = fetchWith(async ({ url, isLocal }) => {
      asked.push(`${url} ${isLocal}`);
      return { status: 200, headers: {}, body: Buffer.from(indexOf('http://127.0.0.1:9001/2018-06-01/runtime')) };
    })({ repository: 'https://charts.example.com', ...version });
    await fetched.catch(() => undefined);
    expect(asked).toEqual([
      'https://charts.example.com/index.yaml false',
      'http://127.0.0.1:9001/2018-06-01/runtime false',
    ]);
  });
});

describe('a chart in a registry', () => {
  const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
  const manifest = (layer: object = {}) =>
    JSON.stringify({
      layers: [
        { mediaType: 'text/plain', digest, size: 1 },
        { mediaType: chartType, digest, size: archive.length, ...layer },
      ],
    });
  const registry = (more: (host: string) => Record<string, Route> = () => ({})) =>
    serve((host) => ({
      '/v2/charts/web/manifests/1.2.3': { body: manifest() },
      [`/v2/charts/web/blobs/${digest}`]: { body: archive },
      ...more(host),
    }));

  it('is fetched by its manifest', async () => {
    const { host, asked } = await registry();
    expect(digestOf(await fetchChart({ repository: `oci://${host}/charts` }))).toBe(digest);
    expect(asked.map(({ accept }) => accept)).toContain('application/vnd.oci.image.manifest.v1+json');
  });

  it('has the tag that Helm gives a version with a plus', async () => {
    const { host } = await registry(() => ({ '/v2/charts/web/manifests/1.2.3_5': { body: manifest() } }));
    expect(digestOf(await fetchChart({ repository: `oci://${host}/charts`, version: '1.2.3+5' }))).toBe(digest);
  });

  /** Anybody gets a token at `/token`, and nothing without. */
  const guarded = (host: string, realm = `http://${host}/token`): Record<string, Route> => {
    const only =
      (body: string | Uint8Array): Route =>
      ({ headers: { authorization } }) =>
        authorization === 'Bearer for-anybody'
          ? { body }
          : {
              status: 401,
              headers: {
                'www-authenticate': `Bearer realm="${realm}",service="registry",scope="repository:charts/web:pull"`,
              },
            };
    return {
      '/v2/charts/web/manifests/1.2.3': only(manifest()),
      [`/v2/charts/web/blobs/${digest}`]: only(archive),
      '/token?service=registry&scope=repository%3Acharts%2Fweb%3Apull': { body: '{"token":"for-anybody"}' },
    };
  };

  it('is fetched with a token for anybody, which is asked for once', async () => {
    const { host, asked } = await registry(guarded);
    expect(digestOf(await fetchChart({ repository: `oci://${host}/charts` }))).toBe(digest);
    expect(asked.map(({ path, authorization }) => `${path.split('?')[0]} ${authorization}`)).toEqual([
      '/v2/charts/web/manifests/1.2.3 undefined',
      '/token undefined',
      '/v2/charts/web/manifests/1.2.3 Bearer for-anybody',
      `/v2/charts/web/blobs/${digest} Bearer for-anybody`,
    ]);
  });

  it('leaves its token behind where the registry redirects to another host', async () => {
    const storage = await serve(() => ({ '/blob': { body: archive } }));
    const { host } = await registry((own) => ({
      ...guarded(own),
      [`/v2/charts/web/blobs/${digest}`]: { status: 307, headers: { location: `http://${storage.host}/blob` } },
    }));
    expect(digestOf(await fetchChart({ repository: `oci://${host}/charts` }))).toBe(digest);
    expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it.each<[string, (host: string) => Record<string, Route>, new (...args: never[]) => Error, string]>([
    [
      'has no such version',
      () => ({ '/v2/charts/web/manifests/1.2.3': { status: 404 } }),
      MissingError,
      'is not there (404)',
    ],
    [
      'has an image of that name',
      () => ({
        '/v2/charts/web/manifests/1.2.3': {
          body: manifest({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }),
        },
      }),
      BadInputError,
      'is no Helm chart',
    ],
    [
      'gives something else',
      () => ({ '/v2/charts/web/manifests/1.2.3': { body: '<html>' } }),
      BadInputError,
      'is no Helm chart',
    ],
    [
      'names a digest that is none',
      () => ({ '/v2/charts/web/manifests/1.2.3': { body: manifest({ digest: '../../etc' }) } }),
      BadInputError,
      'is no Helm chart',
    ],
    [
      'says it is too large',
      () => ({ '/v2/charts/web/manifests/1.2.3': { body: manifest({ size: 1e9 }) } }),
      BadInputError,
      'is larger than 20 MB',
    ],
    [
      'cuts the archive',
      () => ({ [`/v2/charts/web/blobs/${digest}`]: { body: archive.slice(0, 100) } }),
      TryAgainError,
      'did not come whole',
    ],
    [
      'gives anybody no token',
      (host) => ({
        ...guarded(host),
        '/token?service=registry&scope=repository%3Acharts%2Fweb%3Apull': { status: 403 },
      }),
      RefusedError,
      'is not public (403)',
    ],
    [
      'wants a password',
      () => ({ '/v2/charts/web/manifests/1.2.3': { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } } }),
      RefusedError,
      'is not public (401)',
    ],
    [
      'sends for a token into the network within',
      (host) => guarded(host, 'https://10.0.0.1/token'),
      RefusedError,
      'is not an address of the internet',
    ],
  ])('is an error that says so when the registry %s', async (_name, routes, type, message) => {
    const { host } = await registry(routes);
    const fetched = fetchChart({ repository: `oci://${host}/charts` });
    await expect(fetched).rejects.toBeInstanceOf(type);
    await expect(fetched).rejects.toThrow(message);
  });

  it('is asked for at the host that answers for docker.io', async () => {
    const asked: string[] = [];
    const fetched = fetchWith(async ({ url }) => {
      asked.push(url);
      return { status: 404, headers: {}, body: new Uint8Array() };
    })({ repository: 'oci://docker.io/example', ...version });
    await expect(fetched).rejects.toThrow(MissingError);
    expect(asked).toEqual(['https://registry-1.docker.io/v2/example/web/manifests/1.2.3']);
  });
});
