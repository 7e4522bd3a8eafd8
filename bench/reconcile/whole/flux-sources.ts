import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';

/** Of a GitRepository, as far as it is said. */
type SourceStatus = { artifact: { revision: string; [field: string]: unknown }; conditions: object[] };

/** Serves artifacts as source-controller does, and says of a GitRepository what it would say of one. */
export async function serveArtifacts() {
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? '');
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let revisions = 0;
  return {
    /** The status of a source that has just fetched these objects. */
    async statusOf(name: string, objects: readonly KubernetesObject[]): Promise<SourceStatus> {
      revisions += 1;
      const bytes = await archive(objects);
      const path = `/${name}-${revisions}.tar.gz`;
      files.set(path, bytes);
      const now = new Date().toISOString();
      const artifact = {
        url: `${url}${path}`,
        path: path.slice(1),
        digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
        revision: `main@sha1:${String(revisions).padStart(40, '0')}`,
        size: bytes.length,
        lastUpdateTime: now,
      };
      const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'stored', lastTransitionTime: now };
      return { artifact, conditions: [ready] };
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function archive(objects: readonly KubernetesObject[]): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'application.yaml' }, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  tar.finalize();
  return gzipSync(await buffer(tar));
}
