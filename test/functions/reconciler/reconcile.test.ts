import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, deployment, secret, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

const writes = () => server.requests.filter(({ method }) => method !== 'GET');
const names = async () => (await world.inventory()).map(({ kind, name }) => `${kind}/${name}`).sort();
const liveNames = () => [...server.objects.values()].map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();

async function applied(manifests: Parameters<World['commit']>[0], settings: Parameters<World['commit']>[1] = {}) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

describe('apply', () => {
  it('makes the cluster match the artifact and says that it is healthy', async () => {
    const state = await applied([deployment('web'), service('web')]);
    expect(state).toMatchObject({ phase: 'healthy', problems: [], counts: { objects: 2, changed: 2, pruned: 0 } });
    expect(state?.applied).toBe(state?.artifact);
    expect(liveNames()).toEqual(['Deployment/web', 'Service/web']);
    expect(await names()).toEqual(liveNames());
  });

  it('sets the namespace and our label', async () => {
    await applied([configMap('a')]);
    expect(server.find('ConfigMap', 'a')?.metadata).toMatchObject({
      namespace: 'staging',
      labels: { 'plumbline.dev/application': 'staging.web' },
    });
  });

  it('fault 1: has nothing to do for a message that comes twice', async () => {
    await applied([configMap('a')]);
    server.requests.length = 0;
    await world.reconcile();
    expect(server.requests).toEqual([]);
    expect(world.lines.at(-1)).toMatchObject({
      message: 'nothing to do',
      because: 'it is applied and healthy already',
    });
  });

  it('sends only what changed', async () => {
    await applied([configMap('a'), configMap('b')]);
    server.requests.length = 0;
    const state = await applied([configMap('a'), configMap('b', { a: '2' })]);
    expect(writes().map(({ path }) => path.split('?')[0])).toEqual(['/api/v1/namespaces/staging/configmaps/b']);
    expect(state?.counts).toEqual({ objects: 2, changed: 1, pruned: 0 });
  });

  it('fault 47: one object that fails stops no other, and every failure is told with file and line', async () => {
    server.intercept = ({ path, method }) =>
      method === 'PATCH' && /configmaps\/bad/.test(path) ? status(422, 'Invalid', 'data: Invalid value') : undefined;
    const state = await applied([
      { object: configMap('bad-1'), source: { file: 'web/all.yaml', line: 3 } },
      configMap('good'),
      { object: configMap('bad-2'), source: { file: 'web/all.yaml', line: 9 } },
    ]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect(state?.applied).toBeUndefined();
    expect(state?.problems).toEqual([
      {
        file: 'web/all.yaml',
        line: 3,
        object: 'ConfigMap staging/bad-1',
        message: 'is not valid: data: Invalid value',
      },
      {
        file: 'web/all.yaml',
        line: 9,
        object: 'ConfigMap staging/bad-2',
        message: 'is not valid: data: Invalid value',
      },
    ]);
    expect(liveNames()).toEqual(['ConfigMap/good']);
    expect(await names()).toEqual(['ConfigMap/bad-1', 'ConfigMap/bad-2', 'ConfigMap/good']);
  });

  it('fault 47: the next run sends what had failed, and only that', async () => {
    server.intercept = ({ path, method }) =>
      method === 'PATCH' && path.includes('/bad') ? status(403, 'Forbidden', 'no') : undefined;
    await applied([configMap('bad'), configMap('good')]);
    server.intercept = () => undefined;
    server.requests.length = 0;
    await world.reconcile();
    expect(writes().map(({ path }) => path.split('?')[0])).toEqual(['/api/v1/namespaces/staging/configmaps/bad']);
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it("fault 65: masks a Secret's values where the API server quotes them", async () => {
    server.intercept = ({ path, method }) =>
      method === 'PATCH' && path.includes('/secrets/')
        ? status(
            500,
            'InternalError',
            'failed to create typed patch object (n/s): .data.pin: expected string, got 12345678 (hidden)',
          )
        : undefined;
    await applied([
      secret('s', { pin: 12345678 as unknown as string, other: Buffer.from('hidden').toString('base64') }),
    ]);
    const text = JSON.stringify([await world.state(), world.lines]);
    expect(text).toContain('.data.pin: expected string, got (masked) ((masked))');
    expect(text).not.toMatch(/12345678|hidden/);
  });

  it('refuses before the first effect, with all reasons at once', async () => {
    const state = await applied(
      [secret('password', { a: 'MQ==' }), configMap('there', {}, { namespace: 'kube-system' }), configMap('fine')],
      { secrets: 'refuse' },
    );
    expect(state).toMatchObject({ phase: 'failed' });
    expect(state?.problems.map(({ object }) => object)).toEqual([
      'Secret staging/password',
      'ConfigMap kube-system/there',
    ]);
    expect(server.objects.size).toBe(0);
    expect(state?.inventory).toBeUndefined();
  });

  it('tells with a refusal what the API server would refuse beside it', async () => {
    await applied([configMap('same')]);
    server.requests.length = 0;
    server.intercept = ({ path, method }) =>
      method === 'PATCH' && path.includes('/bad') ? status(422, 'Invalid', 'data: Invalid value') : undefined;
    const state = await applied(
      [configMap('same'), secret('password', { a: 'MQ==' }), configMap('bad'), configMap('fine')],
      { secrets: 'refuse' },
    );
    expect(state?.problems.map(({ object }) => object)).toEqual(['Secret staging/password', 'ConfigMap staging/bad']);
    expect(liveNames()).toEqual(['ConfigMap/same']);
    const asked = writes().map(({ path }) => path.split('/').at(-1)?.split('?')[0]);
    expect(asked).toEqual(['bad', 'fine']);
  });

  it('applies again under other settings', async () => {
    await applied([configMap('a')]);
    await applied([configMap('a')], { conflicts: 'force' });
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    server.requests.length = 0;
    await world.reconcile();
    expect(server.requests).toEqual([]);
  });

  it('leaves a suspended application alone', async () => {
    await applied([configMap('a')]);
    server.requests.length = 0;
    const state = await applied([configMap('a', { a: '2' })], { suspend: true });
    expect(state?.phase).toBe('suspended');
    expect(server.requests).toEqual([]);
    await world.reconcile('check');
    expect(server.requests).toEqual([]);
  });

  it('records version and kinds of the cluster for those who render', async () => {
    await applied([configMap('a')]);
    const cluster = await world.ports.state.readCluster('main');
    expect(cluster).toMatchObject({ version: '1.36', apiVersions: expect.arrayContaining(['apps/v1/Deployment']) });
  });

  it('applies custom resources after their definition', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'Thing', plural: 'things' },
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    };
    const thing = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'one' }, spec: {} };
    const kinds = { allowedClusterKinds: ['CustomResourceDefinition.apiextensions.k8s.io'] };
    expect(await applied([thing, definition], kinds)).toMatchObject({ phase: 'healthy' });
    expect(writes().map(({ path }) => path.split('?')[0])).toEqual([
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org',
      '/apis/example.org/v1/namespaces/staging/things/one',
    ]);
    const apis = (await world.ports.state.readCluster('main'))?.apiVersions;
    expect(apis).toContain('example.org/v1/Thing');
  });
});

describe('fault 46: a kind that came after what is remembered of the cluster', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true, storage: true }],
    },
  };
  const thing = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'one' }, spec: {} };

  /** Another reconciler's memory, from before the kind was defined. */
  beforeEach(async () => {
    const { connect } = world.ports;
    const memories = await connect(
      { cluster: 'main', endpoint: '', certificateAuthority: '', describedAt: '' },
      'staging',
      { remaining: () => 60_000 },
      async () => {},
    ).discovery();
    await applied([definition, thing, configMap('a')], {
      allowedClusterKinds: ['CustomResourceDefinition.apiextensions.k8s.io'],
    });
    world.ports.connect = (...args) => {
      const { discovery, ...clusters } = connect(...args);
      return { ...clusters, discovery: async (refresh) => (refresh ? discovery() : memories) };
    };
  });

  it('is not taken for gone when its objects are to be deleted', async () => {
    await world.remove();
    await world.reconcile();
    expect(liveNames()).toEqual(['CustomResourceDefinition/things.example.org']);
  });

  it('is found by a look for drift', async () => {
    server.edit('Thing', 'one', (object) => {
      object.metadata.labels = {};
    });
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy', drift: { differences: [{ corrected: true }] } });
  });
});

describe('prune', () => {
  it('deletes what Git no longer has, and nothing else', async () => {
    await applied([configMap('a'), configMap('b')]);
    const state = await applied([configMap('a')]);
    expect(liveNames()).toEqual(['ConfigMap/a']);
    expect(await names()).toEqual(['ConfigMap/a']);
    expect(state).toMatchObject({ phase: 'healthy', counts: { pruned: 1 } });
  });

  it('keeps everything while an object of the revision can not be applied', async () => {
    await applied([configMap('a'), configMap('b')]);
    server.intercept = ({ path, method }) =>
      method === 'PATCH' && path.includes('/c?') ? status(403, 'Forbidden', 'no') : undefined;
    await applied([configMap('a'), configMap('c')]);
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/b']);
    server.intercept = () => undefined;
    await world.reconcile();
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/c']);
    expect(await names()).toEqual(['ConfigMap/a', 'ConfigMap/c']);
  });

  it('fault 49: leaves an object that is annotated to be kept', async () => {
    await applied([configMap('a'), configMap('kept', {}, { annotations: { 'plumbline.dev/prune': 'keep' } })]);
    await applied([configMap('a')]);
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/kept']);
    expect(await names()).toEqual(['ConfigMap/a']);
  });

  it('fault 49: leaves an object that another application has taken over', async () => {
    await applied([configMap('a'), configMap('moved')]);
    const edit = (object: { metadata: { labels?: Record<string, string> } }) => {
      object.metadata.labels = { 'plumbline.dev/application': 'staging.other' };
    };
    server.edit('ConfigMap', 'moved', edit, 'plumbline:staging/other');
    await applied([configMap('a')]);
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/moved']);
  });

  it('lists many at once, and still leaves what is no longer ours', async () => {
    const all = Array.from({ length: 30 }, (_, index) => configMap(`c-${index}`));
    await applied([configMap('a'), ...all]);
    const unlabel = ({ metadata }: { metadata: { labels?: Record<string, string> } }) => {
      metadata.labels = {};
    };
    server.edit('ConfigMap', 'c-3', unlabel);
    server.edit('ConfigMap', 'c-4', ({ metadata }) => {
      metadata.annotations = { 'plumbline.dev/prune': 'keep' };
    });
    server.requests.length = 0;
    await applied([configMap('a')], { pruneLimit: 100 });
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/c-3', 'ConfigMap/c-4']);
    expect(server.requests.filter(({ method, path }) => method === 'GET' && /configmaps\/c-/.test(path))).toHaveLength(
      1,
    );
  });

  it.each([
    { status: 404, headers: {}, text: '404 page not found\n' },
    status(404, 'NotFound', 'the server could not find the requested resource'),
  ])('fault 46: forgets nothing of a version that is served no longer: $text', async (unserved) => {
    await applied([configMap('a'), configMap('b')]);
    server.intercept = ({ method, path }) =>
      method === 'GET' && path.endsWith('/configmaps/b') ? unserved : undefined;
    const state = await applied([configMap('a')]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry', at: '2026-11-21T12:00:15.000Z' } });
    expect(state?.problems[0]?.message).toBe('could not be deleted: the cluster does not serve this kind (yet)');
    expect(await names()).toEqual(['ConfigMap/a', 'ConfigMap/b']);
    server.intercept = () => undefined;
    await world.reconcile();
    expect(liveNames()).toEqual(['ConfigMap/a']);
  });

  it('fault 36: holds a revision that would delete more than half', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => configMap(name));
    await applied(all);
    server.requests.length = 0;
    const state = await applied(all.slice(0, 3));
    expect(state).toMatchObject({ phase: 'held', problems: [{ message: expect.stringContaining('5 of 8') }] });
    expect(writes()).toEqual([]);
    await applied(all.slice(0, 5));
    expect(liveNames()).toHaveLength(5);
  });

  it('lets such a revision through where the limit says so', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => configMap(name));
    await applied(all);
    await applied(all.slice(0, 1), { pruneLimit: 100 });
    expect(liveNames()).toHaveLength(1);
  });

  it('keeps what waits for its finalizers in the inventory until it is gone', async () => {
    await applied([configMap('a'), configMap('held', {}, { finalizers: ['example.org/hold'] })]);
    const state = await applied([configMap('a')]);
    expect(state).toMatchObject({ phase: 'progressing', next: { why: 'health' } });
    expect(state?.problems[0]?.message).toContain('example.org/hold');
    expect(await names()).toEqual(['ConfigMap/a', 'ConfigMap/held']);
    server.delete('ConfigMap', 'held');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(await names()).toEqual(['ConfigMap/a']);
  });

  it('deletes nothing where pruning is off, and everything due once it is on', async () => {
    await applied([configMap('a'), configMap('b')]);
    await applied([configMap('a')], { prune: false });
    expect(liveNames()).toEqual(['ConfigMap/a', 'ConfigMap/b']);
    await applied([configMap('a')]);
    expect(liveNames()).toEqual(['ConfigMap/a']);
  });
});

describe('removal', () => {
  it('deletes all objects of an application that Git no longer has, and forgets it', async () => {
    await applied([deployment('web'), service('web')]);
    await world.remove();
    await world.reconcile();
    expect(liveNames()).toEqual([]);
    expect(await world.state()).toBeUndefined();
  });

  it('keeps what holds data, unless it is annotated', async () => {
    const claim = (name: string, annotations?: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, ...(annotations && { annotations }) },
      spec: {},
      status: { phase: 'Bound' },
    });
    await applied([claim('data'), claim('scratch', { 'plumbline.dev/prune': 'delete' })]);
    await world.remove();
    await world.reconcile();
    expect(liveNames()).toEqual(['PersistentVolumeClaim/data']);
    expect(world.lines.some(({ message }) => message === 'object left in the cluster')).toBe(true);
  });

  it('leaves the objects of an application that was never to be pruned', async () => {
    await applied([configMap('a')], { prune: false });
    await world.remove();
    await world.reconcile();
    expect(liveNames()).toEqual(['ConfigMap/a']);
    expect(await world.state()).toBeUndefined();
  });

  it('fault 16: never reads a release without any application as the wish to delete everything', async () => {
    await applied([configMap('a')]);
    await world.removeAll();
    await world.reconcile();
    expect(liveNames()).toEqual(['ConfigMap/a']);
    expect(await world.state()).toMatchObject({ phase: 'held' });
  });

  it('applies everything again when the application comes back', async () => {
    await applied([configMap('a')]);
    await world.remove();
    await world.reconcile();
    await applied([configMap('a')]);
    expect(liveNames()).toEqual(['ConfigMap/a']);
  });
});

describe('health', () => {
  it('waits for a rollout within the run', async () => {
    let looks = 0;
    server.rollout = () => ({});
    await world.commit([deployment('web')]);
    server.intercept = ({ method, path }) => {
      if (method === 'GET' && path.endsWith('/deployments/web')) looks += 1;
      if (looks === 4) {
        server.intercept = () => undefined;
        server.rollout = ({ metadata }) => ({
          observedGeneration: metadata.generation,
          replicas: 2,
          updatedReplicas: 2,
          availableReplicas: 2,
        });
        server.edit('Deployment', 'web', () => undefined, 'kube-controller-manager');
      }
      return undefined;
    };
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('comes back for a longer one, and fails it when its time is up', async () => {
    server.rollout = () => ({ updatedReplicas: 1, replicas: 1 });
    const state = await applied([deployment('web')]);
    expect(state).toMatchObject({
      phase: 'progressing',
      next: { why: 'health' },
      problems: [{ object: 'Deployment staging/web', message: '1 of 2 pods are of the newest template' }],
    });
    expect(state?.applied).toBe(state?.artifact);
    world.advance(300_000);
    await world.reconcile();
    const late = await world.state();
    expect(late).toMatchObject({ phase: 'failed' });
    expect(late?.problems[0]?.message).toMatch(/^not ready after 300 s: 1 of 2 pods/);
  });

  it("fault 51: tells a stuck rollout by its pods' own reason", async () => {
    server.rollout = () => ({ updatedReplicas: 1, replicas: 1 });
    server.intercept = ({ path }) =>
      path.includes('/pods?')
        ? {
            status: 200,
            headers: {},
            text: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [imagePull] }),
          }
        : undefined;
    const state = await applied([deployment('web')]);
    expect(state?.problems[0]?.message).toContain('pod web-1: container web: ImagePullBackOff: no such image');
  });
});

const imagePull = {
  metadata: { name: 'web-1' },
  status: {
    containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
  },
};
