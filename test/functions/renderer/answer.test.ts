import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer } from '../../../functions/renderer/answer.ts';
import { createReadTree } from '../../../functions/renderer/read-trees.ts';
import { createTransfer } from '../../../functions/renderer/transfer.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import type { RenderRequest } from '../../../shared/artifacts/artifact.ts';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { renderResultSchema } from '../../../shared/artifacts/render-result.ts';
import { BadInputError, TryAgainError } from '../../../shared/errors.ts';
import { aConfigMap, anArchive, aRepositoryArchive } from '../../support/renderer.ts';

/** What S3 does behind presigned URLs: a key with a signature, written once. */
const stored = new Map<string, Buffer>();
let server: Server;
let url: string;

beforeEach(async () => {
  stored.clear();
  server = createServer(async (request, response) => {
    const { pathname: key, search } = new URL(request.url ?? '', 'http://localhost');
    const chunks = await request.toArray();
    if (search !== '?signature=secret') return response.writeHead(403).end('<Error>AccessDenied</Error>');
    if (request.method === 'GET')
      return stored.has(key) ? response.end(stored.get(key)) : response.writeHead(404).end();
    if (request.headers['if-none-match'] !== '*') return response.writeHead(403).end();
    if (stored.has(key)) return response.writeHead(412).end();
    stored.set(key, Buffer.concat(chunks));
    return response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const request = (part: Partial<RenderRequest> = {}): RenderRequest => ({
  treeUrl: `${url}/tree?signature=secret`,
  artifactUrl: `${url}/artifact?signature=secret`,
  application: 'web',
  path: 'app',
  namespace: 'example',
  helm: { releaseName: 'web', values: [] },
  cluster: {},
  ...part,
});

async function answered(files: Record<string, string>, part: Partial<RenderRequest> = {}) {
  stored.set('/tree', Buffer.from(await aRepositoryArchive(files)));
  const transfer = createTransfer();
  const ports = { tools: await ensureKubectlAndHelm(), transfer, readTree: createReadTree(transfer) };
  return renderResultSchema.parse(JSON.parse(JSON.stringify(await answer(request(part), ports))));
}

describe('the renderer', () => {
  it('stores the artifact through the URL that it was handed, and answers its digest', async () => {
    const result = await answered({ 'app/a.yaml': aConfigMap('a', 'big: 9007199254740993') });
    const bytes = stored.get('/artifact') ?? Buffer.alloc(0);
    expect(result).toEqual({ outcome: 'rendered', digest: digestOf(bytes), objects: 1, warnings: [] });
    expect(bytes.toString()).toBe(
      '{"objects":[{"object":{"apiVersion":"v1","data":{"big":9007199254740993},"kind":"ConfigMap","metadata":{"name":"a"}},"source":{"file":"app/a.yaml","line":1}}]}',
    );
  });

  it('answers the same again when it is asked twice', async () => {
    const files = { 'app/a.yaml': aConfigMap('a') };
    expect(await answered(files)).toEqual(await answered(files));
  });

  it('fetches a chart through a second URL, and says if it is not the one that was pinned', async () => {
    const archive = await anArchive([
      { name: 'redis/Chart.yaml', content: 'apiVersion: v2\nname: redis\nversion: 1.2.3\n' },
      { name: 'redis/templates/a.yaml', content: aConfigMap('a') },
    ]);
    stored.set('/chart', Buffer.from(archive));
    const chart = { url: `${url}/chart?signature=secret`, digest: digestOf(archive), name: 'redis', version: '1.2.3' };
    expect(await answered({ 'app/values.yaml': '' }, { chart })).toMatchObject({ outcome: 'rendered', objects: 1 });
    const other = await answered({}, { chart: { ...chart, digest: digestOf('') } });
    expect(other).toMatchObject({ outcome: 'failed', problems: [{ file: 'redis-1.2.3.tgz' }] });
    expect(JSON.stringify(other)).not.toContain('signature');
  });

  it('fault 34: answers what has to be mended, and stores nothing', async () => {
    const result = await answered({ 'app/a.yaml': 'apiVersion: v1\nkind: [' });
    expect(result).toEqual({
      outcome: 'failed',
      problems: [{ file: 'app/a.yaml', line: 2, message: expect.stringContaining('is not valid YAML') }],
    });
    expect(stored.has('/artifact')).toBe(false);
  });

  it('fault 26: answers that the archive is a bomb', async () => {
    const result = await answered({ 'app/a.yaml': 'a'.repeat(32 * 1024 * 1024) });
    expect(result).toMatchObject({
      outcome: 'failed',
      problems: [{ message: expect.stringContaining('archive bomb') }],
    });
  });

  it.each([{ part: { treeUrl: 'tree?signature=old' } }, { part: { artifactUrl: 'artifact?signature=old' } }])(
    'throws what may be better the next time, without the URL: $part',
    async ({ part }) => {
      const urls = Object.fromEntries(Object.entries(part).map(([name, path]) => [name, `${url}/${path}`]));
      const error: unknown = await answered({ 'app/a.yaml': aConfigMap('a') }, urls).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(TryAgainError);
      expect(String(error)).toMatch(/could not be transferred: the store answered 403/);
      expect(JSON.stringify([String(error), error])).not.toContain('signature');
    },
  );

  it('throws when nobody answers', async () => {
    const transfer = createTransfer();
    await expect(transfer.download('http://127.0.0.1:9/tree?signature=secret', 1, 'repository')).rejects.toThrow(
      /no answer from the store/,
    );
    await expect(transfer.upload('http://127.0.0.1:9/x?signature=secret', new Uint8Array())).rejects.toSatisfy(
      (error) => !String(error).includes('secret'),
    );
  });

  it('takes no more than it was told to', async () => {
    stored.set('/tree', Buffer.alloc(2000));
    await expect(createTransfer().download(request().treeUrl, 1000, 'repository')).rejects.toBeInstanceOf(
      BadInputError,
    );
  });
});

describe('the handler', () => {
  it('reads where kubectl and helm are from its environment', async () => {
    const { kubectl, helm } = await ensureKubectlAndHelm();
    Object.assign(process.env, { KUBECTL: kubectl, HELM: helm, POWERTOOLS_LOG_LEVEL: 'SILENT' });
    const { handler } = await import('../../../functions/renderer/handler.ts');
    stored.set('/tree', Buffer.from(await aRepositoryArchive({ 'app/a.yaml': aConfigMap('a') })));
    expect(await handler(request())).toMatchObject({ outcome: 'rendered', objects: 1 });
  });
});
