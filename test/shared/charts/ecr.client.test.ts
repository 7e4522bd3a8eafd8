import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { createEcrCharts, ecrRepositoryOf } from '../../../shared/charts/ecr.client.ts';
import { MissingError, RefusedError, TryAgainError } from '../../../shared/errors.ts';

const chart = {
  repository: 'oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts',
  name: 'web',
  version: '1.2.3+5',
};
const archive = Buffer.from('an archive');
const digest = digestOf(archive);
const manifest = JSON.stringify({
  layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length }],
});

type Answers = Record<string, { status?: number; body: object }>;
const there: Answers = {
  BatchGetImage: { body: { images: [{ imageManifest: manifest }] } },
  GetDownloadUrlForLayer: {
    body: { downloadUrl: `data:application/octet-stream;base64,${archive.toString('base64')}` },
  },
};
const refused = (type: string): Answers => ({ BatchGetImage: { status: 400, body: { __type: type } } });

/** ECR's API, by operation. */
async function start(answers: Answers) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    asked.push({ operation, input: JSON.parse(body) as Record<string, unknown> });
    const answer = answers[operation];
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer?.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetchChart = createEcrCharts(
    (region) =>
      new ECRClient({ region, endpoint, credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 }),
  );
  return { fetchChart, asked };
}

describe('a chart in ECR', () => {
  it('is fetched through ECR’s API, with rights on its repository alone', async () => {
    const { fetchChart, asked } = await start(there);
    expect(digestOf(await fetchChart(chart))).toBe(digest);
    expect(asked).toMatchObject([
      {
        operation: 'BatchGetImage',
        input: { registryId: '111122223333', repositoryName: 'charts/web', imageIds: [{ imageTag: '1.2.3_5' }] },
      },
      { operation: 'GetDownloadUrlForLayer', input: { repositoryName: 'charts/web', layerDigest: digest } },
    ]);
  });

  it.each<[string, Answers, new (...args: never[]) => Error, string]>([
    ['isn’t there', { BatchGetImage: { body: { images: [] } } }, MissingError, 'is not there'],
    ['has no repository', refused('RepositoryNotFoundException'), MissingError, 'there is no such repository'],
    [
      'may not be read',
      refused('AccessDeniedException'),
      RefusedError,
      'needs ecr:BatchGetImage and ecr:GetDownloadUrlForLayer',
    ],
    ['is throttled', refused('ThrottlingException'), TryAgainError, 'could not be read (ThrottlingException)'],
    [
      'doesn’t come whole',
      { ...there, GetDownloadUrlForLayer: { body: { downloadUrl: 'data:,cut' } } },
      TryAgainError,
      'did not come whole',
    ],
  ])('is an error that says so when it %s', async (_name, answers, type, message) => {
    const { fetchChart } = await start(answers);
    const fetched = fetchChart(chart);
    await expect(fetched).rejects.toBeInstanceOf(type);
    await expect(fetched).rejects.toThrow(message);
  });

  it.each<[string, boolean]>([
    ['oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts', true],
    ['oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com', true],
    ['oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com.example.com/charts', false],
    ['https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts', false],
    ['oci://public.ecr.aws/example', false],
  ])('is known by its address: %s: %s', (repository, expected) => {
    expect(ecrRepositoryOf({ repository, name: 'web' }) !== undefined).toBe(expected);
  });
});
