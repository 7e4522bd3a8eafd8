import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { createEcrRegistry } from '../../../shared/images/ecr.client.ts';
import { mostSignatures } from '../../../shared/images/ports.ts';
import { digestOf } from './versions.ts';

/** `to` names the operation that it answers, where two are asked at once. */
type Answer = { status: number; body: object; to?: string };
const repository = { account: '210987654321', region: 'eu-central-1', name: 'team/app' };

/** ECR's answers, in turn; the last one for ever. */
async function start(...answers: [Answer, ...Answer[]]) {
  const requests: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push(JSON.parse(body));
    const target = String(request.headers['x-amz-target']);
    const index = answers.findIndex(({ to = '' }) => target.endsWith(to));
    const answer = (answers.length > 1 ? answers.splice(index, 1)[0] : answers[0]) as Answer;
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const regions: string[] = [];
  const registry = createEcrRegistry((region) => {
    regions.push(region);
    return new ECRClient({ region, endpoint, credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 3 });
  });
  return { registry, requests, regions };
}

const download = (content: string): Answer => ({
  status: 200,
  body: { downloadUrl: `data:application/octet-stream,${encodeURIComponent(content)}` },
});
const image = (tag: string) => ({ imageTags: [tag], imageDigest: digestOf(tag), imagePushedAt: 1_767_322_800 });
const page = (tags: string[], nextToken?: string): Answer => ({
  status: 200,
  body: { imageDetails: tags.map(image), ...(nextToken !== undefined && { nextToken }) },
});
const error = (type: string): Answer => ({ status: 400, body: { __type: type, message: 'said by ECR' } });
const tags = (from: number, count: number) => Array.from({ length: count }, (_, index) => `1.0.${from + index}`);

describe('the registry in ECR', () => {
  test('fault 22: reads every page of more than 1,000 tags', async () => {
    const { registry, requests } = await start(
      page(tags(0, 1000), 'second'),
      page(tags(1000, 1000), 'third'),
      page(tags(2000, 500)),
    );
    expect((await registry.versions(repository))?.map(({ tag }) => tag)).toEqual(tags(0, 2500));
    const asked = {
      registryId: '210987654321',
      repositoryName: 'team/app',
      filter: { tagStatus: 'TAGGED' },
      maxResults: 1000,
    };
    expect(requests).toEqual([asked, { ...asked, nextToken: 'second' }, { ...asked, nextToken: 'third' }]);
  });

  test('asks the endpoint of each repository’s own region, for its own account', async () => {
    const asked: string[] = [];
    const registry = createEcrRegistry((region) => {
      const client = new ECRClient({ region, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
      const record = () => async (call: { input: object; request?: unknown }) => {
        const { hostname, headers } = call.request as { hostname: string; headers: Record<string, string> };
        const [, signedFor] = /Credential=x\/\d+\/([^/]+)\/ecr\//.exec(headers.authorization ?? '') ?? [];
        const { registryId, repositoryName } = call.input as { registryId: string; repositoryName: string };
        asked.push(`${hostname} ${signedFor} ${registryId} ${repositoryName}`);
        return { response: {}, output: { $metadata: {} } };
      };
      client.middlewareStack.add(record, { step: 'finalizeRequest', priority: 'low' });
      return client;
    });
    const at = (account: string, region: string) => ({ account, region, name: 'team/app' });
    await registry.versions(at('111122223333', 'eu-west-1'));
    await registry.versions(at('444455556666', 'us-east-1'));
    await registry.platforms(at('444455556666', 'eu-west-1'), digestOf('x'));
    await registry.signatures(at('111122223333', 'us-east-1'), digestOf('x'));
    expect([...new Set(asked)]).toEqual([
      'api.ecr.eu-west-1.amazonaws.com eu-west-1 111122223333 team/app',
      'api.ecr.us-east-1.amazonaws.com us-east-1 444455556666 team/app',
      'api.ecr.eu-west-1.amazonaws.com eu-west-1 444455556666 team/app',
      'api.ecr.us-east-1.amazonaws.com us-east-1 111122223333 team/app',
    ]);
  });

  test('fault 22: waits and asks again when it is throttled between two pages', async () => {
    const { registry, requests } = await start(
      page(tags(0, 2), 'second'),
      error('ThrottlingException'),
      page(tags(2, 2)),
    );
    expect(await registry.versions(repository)).toHaveLength(4);
    expect(requests).toHaveLength(3);
  });

  test('fault 54: leaves it to the queue when it stays throttled', async () => {
    const { registry, requests } = await start(error('ThrottlingException'));
    await expect(registry.versions(repository)).rejects.toThrow(TryAgainError);
    expect(requests).toHaveLength(3);
  });

  test('names the action and the repository that the role may not use', async () => {
    const { registry } = await start(error('AccessDeniedException'));
    const refusal = registry.versions(repository);
    await expect(refusal).rejects.toThrow(RefusedError);
    await expect(refusal).rejects.toThrow(
      /the repository team\/app of the account 210987654321 in eu-central-1: this function's role needs ecr:DescribeImages/,
    );
  });

  test('fault 24: reads the platforms of a manifest list, without its attestations', async () => {
    const imageManifest = JSON.stringify({
      manifests: [
        { platform: { os: 'linux', architecture: 'amd64' } },
        { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
        { platform: { os: 'unknown', architecture: 'unknown' } },
        {},
      ],
    });
    const { registry, requests } = await start({ status: 200, body: { images: [{ imageManifest }] } });
    expect(await registry.platforms(repository, digestOf('list'))).toEqual(['linux/amd64', 'linux/arm64/v8']);
    expect(requests).toMatchObject([
      { registryId: '210987654321', repositoryName: 'team/app', imageIds: [{ imageDigest: digestOf('list') }] },
    ]);
  });

  test('fault 24: names ecr:BatchGetImage where the role may not ask for platforms', async () => {
    const { registry } = await start(error('AccessDeniedException'));
    await expect(registry.platforms(repository, digestOf('x'))).rejects.toThrow(/role needs ecr:BatchGetImage on it/);
  });

  describe('what was written on an image', () => {
    const labels = { 'org.opencontainers.image.revision': 'abc1234', 'com.example.team': 'ä' };
    const manifest = (value: object): Answer => ({
      status: 200,
      body: { images: [{ imageManifest: JSON.stringify(value) }] },
    });
    const configuration = JSON.stringify({ config: { Labels: labels } });
    const config = { digest: digestOf(configuration) };

    test('is read from the annotations of its manifest, without another question', async () => {
      const { registry, requests } = await start(manifest({ annotations: labels, config }));
      expect(await registry.labels(repository, digestOf('x'))).toEqual(labels);
      expect(requests).toHaveLength(1);
    });

    test('is read from its configuration, and from the first image of a list', async () => {
      const list = {
        manifests: [
          { digest: digestOf('a'), platform: { os: 'unknown', architecture: 'unknown' } },
          { digest: digestOf('b'), platform: { os: 'linux', architecture: 'amd64' } },
        ],
        annotations: { own: 'x' },
      };
      const { registry, requests } = await start(manifest(list), manifest({ config }), download(configuration));
      expect(await registry.labels(repository, digestOf('x'))).toEqual({ ...labels, own: 'x' });
      expect(requests).toMatchObject([
        {},
        { imageIds: [{ imageDigest: digestOf('b') }] },
        { registryId: '210987654321', repositoryName: 'team/app', layerDigest: config.digest },
      ]);
    });

    test.each([{}, { annotations: 'nonsense' }, { config: {} }, { manifests: [{}] }])(
      'is nothing where it says nothing (%#)',
      async (value) => {
        const { registry } = await start(manifest(value));
        expect(await registry.labels(repository, digestOf('x'))).toEqual({});
      },
    );

    test('names the actions that the role lacks', async () => {
      const { registry } = await start(error('AccessDeniedException'));
      await expect(registry.labels(repository, digestOf('x'))).rejects.toThrow(
        /role needs ecr:BatchGetImage and ecr:GetDownloadUrlForLayer/,
      );
    });
  });

  describe('what is attached to an image', () => {
    const digest = digestOf('image');
    const tag = `sha256-${digest.slice(7)}`;
    const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';
    const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const layer = (mediaType: string, content: string, annotations?: object) => ({
      ...{ mediaType, digest: digestOf(content), annotations },
    });
    const images = (...all: { imageTag?: string; manifest: unknown }[]): Answer => ({
      to: 'BatchGetImage',
      status: 200,
      body: {
        images: all.map(({ imageTag, manifest }) => ({
          imageId: { imageTag },
          imageManifest: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
        })),
      },
    });
    const referrers = (digests: string[], nextToken?: string): Answer => ({
      to: 'ListImageReferrers',
      status: 200,
      body: { referrers: digests.map((one) => ({ digest: one, mediaType: 'x', size: 1 })), nextToken },
    });

    const startWith = async (...answers: [Answer, ...Answer[]]) => {
      const started = await start(...answers);
      return { ...started, read: () => started.registry.signatures(repository, digest) };
    };

    test("fault 25: is found under cosign's tag, as referrer, and in the list of referrers under a tag", async () => {
      const signature = { 'dev.cosignproject.cosign/signature': 'x' };
      const { read, requests } = await startWith(
        images(
          { imageTag: `${tag}.sig`, manifest: { layers: [layer(simpleSigning, 'a', signature), layer('other', 'b')] } },
          {
            imageTag: tag,
            manifest: {
              manifests: [
                { digest: digestOf('listed'), artifactType: bundle },
                { digest: digestOf('both'), artifactType: bundle },
                { digest: digestOf('sbom'), artifactType: 'application/spdx+json' },
              ],
            },
          },
          { manifest: 'image' },
        ),
        referrers([digestOf('both')]),
        images({ manifest: { layers: [layer(bundle, 'c')] } }, { manifest: 'no JSON' }),
      );
      expect(await read()).toEqual({
        manifest: Buffer.from('image'),
        signatures: [
          { form: 'simple-signing', digest: digestOf('a'), annotations: signature },
          { form: 'bundle', digest: digestOf('c'), annotations: {} },
        ],
        isCutOff: false,
      });
      expect(requests.flatMap(({ imageIds }) => imageIds ?? [])).toEqual([
        ...[{ imageTag: `${tag}.sig` }, { imageTag: tag }, { imageDigest: digest }],
        ...[{ imageDigest: digestOf('both') }, { imageDigest: digestOf('listed') }],
      ]);
      expect(requests.filter(({ subjectId }) => subjectId !== undefined)).toMatchObject([
        {
          subjectId: { imageDigest: digest },
          filter: { artifactTypes: expect.arrayContaining([bundle]) },
          maxResults: mostSignatures,
        },
      ]);
    });

    test('fault 25: is cut off where ECR has more than one page of it', async () => {
      const { read } = await startWith(images(), referrers([], 'next'));
      expect(await read()).toEqual({ signatures: [], isCutOff: true });
    });

    test('fault 25: has no manifest where ECR gives another one than was asked for', async () => {
      const { read } = await startWith(images({ manifest: 'another' }), referrers([]));
      expect(await read()).toEqual({ signatures: [], isCutOff: false });
    });

    test('fault 25: is left to the queue, not called unsigned, when ECR stays throttled or fails', async () => {
      const throttled = await startWith(images(), error('ThrottlingException'));
      await expect(throttled.read()).rejects.toThrow(TryAgainError);
      const failing = await startWith({ status: 500, body: {} });
      await expect(failing.read()).rejects.toThrow(TryAgainError);
    });

    test('fault 25: names the action that the role lacks', async () => {
      const { read } = await startWith(error('AccessDeniedException'), referrers([]));
      await expect(read()).rejects.toThrow(/role needs ecr:BatchGetImage on it/);
    });
  });

  describe('a blob', () => {
    const read = async (content: string, asked: string, largest = 100) => {
      const { registry } = await start(download(content));
      return registry.blob(repository, digestOf(asked), { largest });
    };

    test('is what its digest says, or nothing', async () => {
      expect(await read('content', 'content')).toEqual(Buffer.from('content'));
      expect(await read('content', 'other')).toBeUndefined();
      expect(await read('content', 'content', 6)).toBeUndefined();
    });

    test('fault 25: is left to the queue when it can not be fetched', async () => {
      const { registry } = await start({ status: 200, body: { downloadUrl: 'http://127.0.0.1:1/' } });
      await expect(registry.blob(repository, digestOf('x'), { largest: 1 })).rejects.toThrow(TryAgainError);
    });
  });

  test('passes images over that have no tag or no digest, and keeps what kind they are', async () => {
    const details = [
      { imageDigest: digestOf('x') },
      { imageTags: ['no-digest'] },
      { ...image('1.0.0'), artifactMediaType: 'application/vnd.oci.image.config.v1+json' },
    ];
    const { registry } = await start({ status: 200, body: { imageDetails: details } });
    expect(await registry.versions(repository)).toEqual([
      {
        tag: '1.0.0',
        digest: digestOf('1.0.0'),
        pushedAt: new Date('2026-01-02T03:00:00Z'),
        artifactType: 'application/vnd.oci.image.config.v1+json',
      },
    ]);
  });

  test('has one client for each region', async () => {
    const { registry, regions } = await start(page([]));
    await registry.versions(repository);
    await registry.versions({ ...repository, name: 'other' });
    await registry.versions({ ...repository, region: 'us-east-1' });
    expect(regions).toEqual(['eu-central-1', 'us-east-1']);
  });
});
