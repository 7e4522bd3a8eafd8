import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Type = { apiVersion: string; kind: string };

/** Serves just enough of an API server's discovery for `kubectl create --dry-run=client` to know the kinds. */
export async function serveDiscovery(types: readonly Type[]): Promise<{ url: string; close(): Promise<void> }> {
  const versions = Map.groupBy(types, ({ apiVersion }) => apiVersion);
  const server = createServer(({ url = '' }, response) => {
    const body = answer(url.replace(/\?.*$/, ''), versions);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

function answer(path: string, versions: Map<string, Type[]>): unknown {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf([...versions.keys()]) };
  const apiVersion = path.replace(/^\/apis?\//, '');
  const types = versions.get(apiVersion) ?? (apiVersion === 'v1' ? [] : undefined);
  if (types === undefined) return undefined;
  const kinds = [...new Set(types.map(({ kind }) => kind))];
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: kinds.map((kind) => ({
      name: `${kind.toLowerCase()}s`,
      singularName: '',
      kind,
      namespaced: kind !== 'CustomResourceDefinition',
      verbs: ['create', 'get', 'list', 'patch'],
    })),
  };
}

function groupsOf(versions: readonly string[]) {
  return versions
    .filter((version) => version.includes('/'))
    .map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    });
}
