import type { ApiAnswer, ApiRequest, Transport } from '../../../../shared/kubernetes/transport.ts';

type Kind = { apiVersion: string; kind: string };
type Json = Record<string, unknown>;

/** An API server that keeps next to nothing of what it is sent, so that the memory that is measured is the reconciler's. */
export function createLargeServer(kinds: readonly Kind[], manager: string) {
  const stored = new Map<string, Buffer>();
  const lists: URLSearchParams[] = [];
  const served = kinds.map((each) => ({ ...each, plural: `${each.kind.toLowerCase()}s` }));

  function apply({ path, body = '' }: ApiRequest): ApiAnswer {
    const [place = ''] = path.split('?');
    stored.set(place, Buffer.from(body));
    return answer(liveOf(body));
  }

  /** The continue token is the place of the next item. */
  function list(collection: string, query: URLSearchParams): ApiAnswer {
    lists.push(query);
    const first = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? Number.POSITIVE_INFINITY);
    const bodies = [...stored].filter(([place]) => place.startsWith(`${collection}/`)).map(([, body]) => body);
    const items = bodies.slice(first, first + limit).map((body) => liveOf(body.toString('utf8')));
    const next = first + items.length < bodies.length ? String(first + items.length) : '';
    const { apiVersion, kind } = served.find(({ plural }) => collection.endsWith(`/${plural}`)) ?? {};
    return answer({ apiVersion, kind: `${kind}List`, metadata: { continue: next }, items });
  }

  function liveOf(body: string): Json {
    const object = JSON.parse(body) as Json & { metadata: Json };
    const fieldsV1 = fieldsOf({ ...object, metadata: { labels: object.metadata.labels } });
    const entry = { manager, operation: 'Apply', apiVersion: object.apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
    const uid = `uid-${String(object.kind)}-${String(object.metadata.name)}`;
    const metadata = { ...object.metadata, uid, resourceVersion: '1', generation: 1, managedFields: [entry] };
    return { ...object, metadata };
  }

  const transport: Transport = async (request) => {
    const { pathname, searchParams } = new URL(request.path, 'https://server');
    if (request.method === 'PATCH') return apply(request);
    if (pathname === '/version') return answer({ gitVersion: 'v1.36.3' });
    if (pathname === '/api' || pathname === '/apis') return answer(discovery(pathname, served));
    if (served.some(({ plural }) => pathname.endsWith(`/${plural}`))) return list(pathname, searchParams);
    const found = stored.get(pathname);
    return found === undefined ? answer({ kind: 'Status' }, 404) : answer(liveOf(found.toString('utf8')));
  };
  return { transport, lists };
}

const answer = (body: unknown, status = 200): ApiAnswer => ({ status, headers: {}, text: JSON.stringify(body) });

/** Every field that an apply says; lists as a whole. */
function fieldsOf(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const fields = Object.entries(value).filter(([name]) => !['apiVersion', 'kind'].includes(name));
  return Object.fromEntries(fields.map(([name, below]) => [`f:${name}`, fieldsOf(below)]));
}

function discovery(path: string, served: readonly (Kind & { plural: string })[]) {
  const groups = Map.groupBy(
    served.filter(({ apiVersion }) => apiVersion.includes('/') === (path === '/apis')),
    ({ apiVersion }) => apiVersion,
  );
  const items = [...groups].map(([apiVersion, members]) => {
    const [version = '', group] = apiVersion.split('/').reverse();
    const resources = members.map(({ kind, plural }) => ({
      ...{ resource: plural, responseKind: { group, version, kind }, scope: 'Namespaced', verbs: ['get', 'list'] },
    }));
    return { metadata: { name: group ?? '' }, versions: [{ version, resources }] };
  });
  return { kind: 'APIGroupDiscoveryList', items };
}
