import { TryAgainError } from '../errors.ts';
import { stringifyJson } from '../manifests/json.ts';
import { isUnserved, readApplied, readBody, readPage, readRemoved } from './answers.ts';
import type { Api } from './api.ts';
import type { ApplyOptions, Cluster, LogOptions } from './cluster.ts';
import { discoveryAccept, discoveryListSchema, readDiscovery } from './discovery.ts';
import type { LiveObject } from './live-object.ts';
import { collectionPath, objectPath } from './resource.ts';
import type { ApiAnswer, ApiRequest } from './transport.ts';

const json = 'application/json';
const pageSize = 500;
const maximumRestarts = 3;

/**
 * A cluster over raw JSON requests: manifests go to and from the API server as they are.
 *
 * @param user whom to impersonate. Default: nobody, the caller acts as itself
 */
export function createCluster({ api, user }: { api: Api; user?: string }): Cluster {
  const identity: Record<string, string> = user === undefined ? {} : { 'impersonate-user': user };
  const call = (request: ApiRequest) => api({ ...request, headers: { accept: json, ...request.headers, ...identity } });
  const get = (path: string, accept = json) => call({ method: 'GET', path, headers: { accept } });

  return {
    async discover() {
      const [core, groups, version] = await Promise.all([
        get('/api', discoveryAccept),
        get('/apis', discoveryAccept),
        get('/version'),
      ]);
      const lists = [core, groups].map((answer) => discoveryListSchema.parse(readBody(answer)));
      const { gitVersion } = readBody(version) as { gitVersion: string };
      return readDiscovery(lists, gitVersion);
    },

    async apply(resource, object, options) {
      const answer = await call({
        method: 'PATCH',
        path: `${objectPath(resource, placeOf(object))}?${applyQuery(options)}`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: stringifyJson(object),
      });
      return readApplied(answer);
    },

    async read(resource, place, mustBeServed = false) {
      const answer = await get(objectPath(resource, place));
      if (mustBeServed && isUnserved(answer)) throw new TryAgainError('the cluster does not serve this kind (yet)');
      return answer.status === 404 ? undefined : (readBody(answer) as LiveObject);
    },

    list: (resource, namespace, labelSelector, fieldSelector) =>
      listAll((next) => {
        const query = listQuery({ labelSelector, fieldSelector, continue: next });
        return get(`${collectionPath(resource, namespace)}?${query}`);
      }),

    async remove(resource, place, uid, propagationPolicy = 'Background') {
      const answer = await call({
        method: 'DELETE',
        path: objectPath(resource, place),
        headers: { 'content-type': json },
        body: stringifyJson({ propagationPolicy, preconditions: { uid } }),
      });
      return readRemoved(answer, uid);
    },

    async log(resource, pod, options) {
      const path = `${objectPath(resource, pod)}/log?${logQuery(options)}`;
      const answer = await call({ method: 'GET', path, headers: { accept: '*/*' }, isOptional: true });
      if (answer.status >= 400) readBody(answer);
      return answer.text;
    },

    async reassign(resource, object, managedFields) {
      const answer = await call({
        method: 'PATCH',
        path: objectPath(resource, placeOf(object)),
        headers: { 'content-type': 'application/json-patch+json' },
        body: stringifyJson([
          { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
          { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        ]),
      });
      // A failed `test` is answered with 422, a write in between with 409.
      if ([404, 409, 422].includes(answer.status)) return 'stale';
      readBody(answer);
      return 'written';
    },
  };
}

const placeOf = ({ metadata }: { metadata: { name: string; namespace?: string } }) => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

function applyQuery({ manager, force, dryRun }: ApplyOptions): URLSearchParams {
  const query = new URLSearchParams({ fieldManager: manager, fieldValidation: 'Strict', force: String(force) });
  if (dryRun) query.set('dryRun', 'All');
  return query;
}

/** Ten long lines fit; a line without an end doesn't. */
const longestLog = 32 * 1024;

const logQuery = ({ container, previous, lines }: LogOptions) =>
  new URLSearchParams({
    container,
    previous: String(previous),
    tailLines: String(lines),
    limitBytes: String(longestLog),
  });

function listQuery(parts: Record<string, string | undefined>): URLSearchParams {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const [name, value] of Object.entries(parts)) if (value) query.set(name, value);
  return query;
}

/** Reads page after page; starts over when the server no longer has the state that the list began with. */
async function listAll(getPage: (next: string | undefined) => Promise<ApiAnswer>): Promise<LiveObject[]> {
  for (let start = 0; start <= maximumRestarts; start += 1) {
    const items = await listOnce(getPage);
    if (items !== 'expired') return items;
  }
  throw new TryAgainError('the list expired again and again while it was read page by page');
}

async function listOnce(getPage: (next: string | undefined) => Promise<ApiAnswer>): Promise<LiveObject[] | 'expired'> {
  const items: LiveObject[] = [];
  let next: string | undefined;
  do {
    const page = readPage(await getPage(next));
    if (page === 'expired') return 'expired';
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return items;
}
