import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { apiVersionOf, objectPath, type Resource } from '../../shared/kubernetes/resource.ts';
import type { ApiAnswer, ApiRequest, Transport } from '../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { discoveryOf, fakeResources, findTarget, resourcesOfDefinition } from './fake-kinds.ts';
import { type ApplyConflict, applyTo, updateTo } from './server-side-apply.ts';

type Body = Record<string, unknown>;

export type FakeApiServer = {
  transport: Transport;
  objects: ReadonlyMap<string, LiveObject>;
  requests: ApiRequest[];
  /** Called before each request; an answer of its own, or an error, stands for the server's. */
  intercept: (request: ApiRequest) => ApiAnswer | undefined;
  find(kind: string, name: string, namespace?: string): LiveObject | undefined;
  /** What a person does by `kubectl edit`, or a controller under its own name. */
  edit(kind: string, name: string, change: (object: LiveObject) => void, manager?: string, subresource?: string): void;
  /** What a person does by `kubectl create`, or another tool under its own name. */
  make(object: KubernetesObject, manager?: string): void;
  /** What a person does by `kubectl delete`. */
  delete(kind: string, name: string): void;
  /** What Deployments look like after a write. Default: rolled out at once. */
  rollout: (object: LiveObject) => unknown;
  /** What a Job has come to when somebody looks at it. Default: it is done. */
  job: (object: LiveObject) => unknown;
};

/** The API server of tests: the same contract as the real one (`test/contracts/cluster.ts`), in a map, with faults on demand. */
export function createFakeApiServer(): FakeApiServer {
  const objects = new Map<string, LiveObject>();
  let counter = 0;
  const next = () => String(++counter);

  const served = () => [...fakeResources, ...[...objects.values()].flatMap(resourcesOfDefinition)];

  function store(path: string, object: LiveObject, before?: LiveObject): LiveObject {
    const stored = structuredClone(object);
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(stored))
      stored.metadata.resourceVersion = next();
    if (JSON.stringify(before?.spec) !== JSON.stringify(stored.spec))
      stored.metadata.generation = (stored.metadata.generation ?? 0) + 1;
    stored.status = statusOf(stored);
    objects.set(path, stored);
    return stored;
  }

  function statusOf(object: LiveObject): unknown {
    if (object.kind === 'Deployment') return server.rollout(object);
    if (object.kind === 'Namespace') return { phase: 'Active' };
    if (object.kind === 'CustomResourceDefinition') return { conditions: [{ type: 'Established', status: 'True' }] };
    return object.status;
  }

  function apply(path: string, resource: Resource, query: URLSearchParams, desired: Body): ApiAnswer {
    const before = objects.get(path);
    const base =
      before ??
      ({ ...identityOf(desired, resource), metadata: { ...place(desired), uid: `uid-${next()}` } } as LiveObject);
    const immutable = before && immutableFieldOf(before, desired);
    if (immutable !== undefined) return immutableAnswer(resource, desired, immutable);
    const result = applyTo(base, desired, query.get('fieldManager') ?? '', query.get('force') === 'true');
    if (Array.isArray(result)) return conflict(result);
    return json(before ? 200 : 201, query.get('dryRun') === 'All' ? result : store(path, result, before));
  }

  /** Time passes for Jobs only while somebody looks. */
  function withProgress(path: string): LiveObject | undefined {
    const found = objects.get(path);
    if (found?.kind === 'Job') found.status = server.job(found);
    return found;
  }

  function patchManagers(path: string, operations: { op: string; path: string; value: unknown }[]): ApiAnswer {
    const before = objects.get(path);
    if (before === undefined) return status(404, 'NotFound', 'not found');
    const [test, replace] = operations;
    if (test?.value !== before.metadata.resourceVersion)
      return status(422, 'Invalid', 'the server rejected our request');
    const managedFields = replace?.value as LiveObject['metadata']['managedFields'];
    return json(
      200,
      store(path, { ...before, metadata: { ...before.metadata, ...(managedFields && { managedFields }) } }, before),
    );
  }

  function list(resource: Resource, namespace: string, query: URLSearchParams): ApiAnswer {
    const [key = '', value] = (query.get('labelSelector') ?? '').split('=');
    const [, name] = (query.get('fieldSelector') ?? '').split('metadata.name=');
    const all = [...objects.values()].filter(
      (object) =>
        object.kind === resource.kind &&
        (namespace === '' || object.metadata.namespace === namespace) &&
        (name === undefined || object.metadata.name === name) &&
        (key === '' || object.metadata.labels?.[key] === value),
    );
    const start = Number(query.get('continue') ?? 0);
    const end = start + Number(query.get('limit') ?? all.length);
    const items = all.slice(start, end).map(({ kind: _, apiVersion: _a, ...rest }) => rest);
    const metadata = { resourceVersion: String(counter), ...(end < all.length && { continue: String(end) }) };
    return json(200, { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items });
  }

  function remove(path: string, body: { preconditions?: { uid?: string } }): ApiAnswer {
    const object = objects.get(path);
    if (object === undefined) return status(404, 'NotFound', 'not found');
    const uid = body.preconditions?.uid;
    if (uid !== undefined && uid !== object.metadata.uid)
      return status(409, 'Conflict', `the UID in the precondition (${uid}) does not match the UID in record`);
    if ((object.metadata.finalizers ?? []).length === 0) {
      objects.delete(path);
      return json(200, { kind: 'Status', status: 'Success' });
    }
    object.metadata.deletionTimestamp = new Date().toISOString();
    return json(200, object);
  }

  function answer({ method, path: url, headers = {}, body }: ApiRequest): ApiAnswer {
    const { pathname: path, searchParams: query } = new URL(url, 'http://fake');
    if (path === '/version') return json(200, { gitVersion: 'v1.36.3' });
    if (path === '/api' || path === '/apis') return json(200, discoveryOf(served(), path === '/api'));
    const target = findTarget(path, served());
    if (target === undefined) return status(404, 'NotFound', 'the server could not find the requested resource');
    const { resource, namespace, name } = target;
    const parsed = body === undefined ? {} : JSON.parse(body);
    if (name === '') return list(resource, namespace, query);
    if (method === 'DELETE') return remove(path, parsed);
    if (method === 'PATCH')
      return headers['content-type']?.includes('apply-patch')
        ? apply(path, resource, query, parsed)
        : patchManagers(path, parsed);
    const found = withProgress(path);
    return found === undefined ? status(404, 'NotFound', 'not found') : json(200, found);
  }

  const pathOf = (kindName: string, name: string) =>
    [...objects].find(([, object]) => object.kind === kindName && object.metadata.name === name)?.[0] ?? '';

  const server: FakeApiServer = {
    objects,
    requests: [],
    intercept: () => undefined,
    rollout: rolledOut,
    job: () => doneJob,
    async transport(request) {
      server.requests.push(request);
      return server.intercept(request) ?? answer(request);
    },
    find: (kindName, name) => objects.get(pathOf(kindName, name)),
    edit(kindName, name, change, manager = 'kubectl-edit', subresource) {
      const path = pathOf(kindName, name);
      const before = objects.get(path);
      if (before === undefined) throw new Error(`there is no ${kindName} ${name}`);
      store(path, updateTo(before, change, manager, subresource), before);
    },
    make(object, manager = 'kubectl-create') {
      const resource = served().find(({ kind: each }) => each === object.kind);
      if (resource === undefined) throw new Error(`${object.kind} is not served`);
      const { namespace = '', name } = object.metadata;
      const { apiVersion, kind: kindName } = object;
      const blank = { apiVersion, kind: kindName, metadata: { ...place(object), uid: `uid-${next()}` } } as LiveObject;
      const fill = (made: LiveObject) =>
        Object.assign(made, object, { metadata: { ...object.metadata, ...made.metadata } });
      store(
        objectPath(resource, { namespace: resource.namespaced ? namespace : '', name }),
        updateTo(blank, fill, manager),
      );
    },
    delete(kindName, name) {
      objects.delete(pathOf(kindName, name));
    },
  };
  return server;
}

const place = (desired: Body) => {
  const { name, namespace } = desired.metadata as { name: string; namespace?: string };
  return { name, ...(namespace !== undefined && { namespace }), resourceVersion: '0' };
};

const identityOf = (_: Body, resource: Resource) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind });

/** Everything a rollout reports when it is over. */
function rolledOut({ metadata, spec }: LiveObject): unknown {
  const replicas = (spec as { replicas?: number })?.replicas ?? 1;
  return {
    observedGeneration: metadata.generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  };
}

/** What a Job reports that has succeeded, and one that has given up. */
export const doneJob = { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
export const failedJob = {
  failed: 1,
  conditions: [
    {
      type: 'Failed',
      status: 'True',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    },
  ],
};

const immutableFields: Record<string, string> = { Deployment: 'selector', Job: 'template' };

/** The field that can't be changed once the object exists, if it would be. */
function immutableFieldOf(before: LiveObject, desired: Body): string | undefined {
  const field = immutableFields[before.kind];
  if (field === undefined) return undefined;
  const [old, wanted] = [before, desired].map(({ spec }) => (spec as Body | undefined)?.[field]);
  return wanted === undefined || JSON.stringify(old) === JSON.stringify(wanted) ? undefined : `spec.${field}`;
}

function immutableAnswer({ kind: name, group }: Resource, desired: Body, field: string): ApiAnswer {
  const message = 'Invalid value: {"a":"long dump"}: field is immutable';
  const object = `${name}.${group} "${(desired.metadata as { name: string }).name}"`;
  return status(422, 'Invalid', `${object} is invalid: ${field}: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  });
}

const json = (code: number, value: unknown): ApiAnswer => ({ status: code, headers: {}, text: JSON.stringify(value) });

/** An answer that is not a success, as the API server words it. */
export const status = (code: number, reason: string, message: string, details: Body = {}): ApiAnswer =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details });

const conflict = (conflicts: ApplyConflict[]) =>
  status(409, 'Conflict', `Apply failed with ${conflicts.length} conflicts`, {
    causes: conflicts.map(({ manager, field, subresource }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${manager}"${subresource ? ` with subresource "${subresource}"` : ''} using v1`,
      field,
    })),
  });
