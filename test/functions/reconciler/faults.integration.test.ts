import { describe, expect, it, onTestFinished } from 'vitest';
import { rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { ApiAnswer, ApiRequest, Transport } from '../../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { status } from '../../fakes/api-server.ts';
import { forbid } from '../../support/admission.ts';
import { startAdmissionWebhook } from '../../support/admission-webhook.ts';
import { configMap, deployment, service } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const isWrite = ({ method }: ApiRequest) => method !== 'GET';

async function applied(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

const messages = async (world: RealWorld) =>
  ((await world.state())?.problems ?? []).map(({ object, message }) => `${object}: ${message}`);

function change(object: KubernetesObject, edit: (object: Record<string, unknown>) => void): KubernetesObject {
  const copy = structuredClone(object);
  edit(copy.spec as Record<string, unknown>);
  return copy;
}

describe('what the API server refuses', () => {
  it('fault 41: an unknown field and a doubled port are shown as they are, and stop nothing else', async () => {
    const world = await createRealWorld();
    const unknown = change(deployment('unknown'), (spec) => {
      spec.replicaz = 3;
    });
    const doubled = change(service('doubled'), (spec) => {
      spec.ports = [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ];
    });
    expect(await applied(world, [unknown, doubled, configMap('fine')])).toMatchObject({
      phase: 'failed',
      next: { why: 'retry' },
    });
    const found = await messages(world);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringContaining(
          `/unknown: the manifest doesn't fit the kind's schema: .spec.replicaz: field not declared`,
        ),
        expect.stringMatching(/\/doubled: .*duplicate/i),
      ]),
    );
    expect(found).toHaveLength(2);
    expect(await world.live('v1', 'ConfigMap', 'fine')).toBeDefined();
  });

  it("fault 44: an admission policy's own words are shown", async () => {
    const world = await createRealWorld();
    await forbid(world, "object.metadata.name != 'forbidden'", 'nobody may be called forbidden');
    const state = await untilRefused(world);
    expect(state).toMatchObject({ phase: 'failed' });
    expect((await messages(world))[0]).toContain('nobody may be called forbidden');
  });

  it('fault 51: a quota is told by its own words', async () => {
    const world = await createRealWorld();
    await world.kubectl('create', 'quota', 'few', '--hard=count/configmaps=2');
    await applied(
      world,
      ['a', 'b', 'c', 'd'].map((name) => configMap(name)),
    );
    expect((await messages(world))[0]).toMatch(/a ResourceQuota forbids it: .*exceeded quota: few/);
  });

  it('fault 45: a namespace that is being deleted is waited for, and then told; its finalizers stay', async () => {
    // Rights that don't go with the namespace.
    const world = await createRealWorld({ clusterRules: rulesForKinds([{ group: '', kind: 'ConfigMap' }]) });
    await world.kubectl('create', 'configmap', 'holds');
    await world.kubectl('patch', 'configmap', 'holds', '--patch', '{"metadata":{"finalizers":["example.org/hold"]}}');
    await world.kubectl('delete', 'namespace', world.namespace, '--wait=false');
    const began = Date.now();
    const state = await applied(world, [configMap('late')]);
    expect(Date.now() - began).toBeGreaterThan(10_000);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry' } });
    expect((await messages(world))[0]).toMatch(/late: its namespace is being deleted: .*being terminated/);
    expect((await world.live('v1', 'ConfigMap', 'holds'))?.metadata.finalizers).toEqual(['example.org/hold']);
    await world.kubectl('patch', 'configmap', 'holds', '--patch', '{"metadata":{"finalizers":null}}');
  });

  it('fault 50: an object that no cluster could keep is refused before anything is sent', async () => {
    const world = await createRealWorld();
    await applied(world, [configMap('huge', { a: 'x'.repeat(1_600_000) }), configMap('small')]);
    expect((await messages(world))[0]).toMatch(/huge: takes 1563 KiB; a cluster can keep objects of 1536 KiB/);
    expect(await world.live('v1', 'ConfigMap', 'small')).toBeUndefined();
  });
});

describe('admission webhooks', () => {
  it('fault 44: their words are shown, and while they are down it is tried again', async () => {
    const webhook = await startAdmissionWebhook(({ metadata }) =>
      metadata.name === 'forbidden' ? 'nobody may be called forbidden' : undefined,
    );
    onTestFinished(webhook.close);
    const world = await createRealWorld();
    const configuration = webhook.configuration(world.namespace);
    const resource = world.resources.find(configuration.apiVersion, configuration.kind);
    if (resource === undefined) throw new Error('webhooks are not served');
    await world.admin.apply(resource, configuration, { manager: 'test', force: true, dryRun: false });
    const place = { namespace: '', name: configuration.metadata.name };
    onTestFinished(() => world.kubectl('delete', configuration.kind, place.name).then(() => undefined));

    expect(await untilRefused(world)).toMatchObject({ phase: 'failed', next: { why: 'retry' } });
    expect(await messages(world)).toEqual([
      expect.stringContaining(
        'admission webhook "policy.example.org" denied the request: nobody may be called forbidden',
      ),
    ]);
    const patience = (await world.state())?.next?.at;
    expect(await applied(world, [configMap('fine')])).toMatchObject({ phase: 'healthy' });

    await webhook.close();
    const down = await applied(world, [configMap('fine', { a: '2' })]);
    expect(down).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect((await messages(world))[0]).toContain('failed calling webhook "policy.example.org"');
    // What may pass is tried again soon; what somebody must mend, later.
    expect(new Date(down?.next?.at ?? 0).getTime() - Date.now()).toBeLessThan(60_000);
    expect(new Date(patience ?? 0).getTime() - Date.now()).toBeGreaterThan(60_000);
  }, 120_000);
});

async function untilRefused(world: RealWorld) {
  for (let attempt = 1; attempt <= 60; attempt += 1) {
    const state = await applied(world, [configMap('forbidden', { attempt: String(attempt) })]);
    if (state?.phase === 'failed') return state;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return world.state();
}

describe('kinds', () => {
  it('fault 46: custom resources, and hooks that are such, come after their definition in one revision', async () => {
    const group = `g${Math.random().toString(36).slice(2, 8)}.example.org`;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    const thing = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' }, spec: { count: 1 } };
    const verbs = ['get', 'list', 'patch', 'create', 'delete'];
    const clusterKinds = ['CustomResourceDefinition.apiextensions.k8s.io'];
    const world = await createRealWorld({
      rules: [{ apiGroups: [group], resources: ['things'], verbs }],
      clusterKinds,
    });
    const early = { ...thing, metadata: { name: 'early', annotations: { 'helm.sh/hook': 'pre-install' } } };
    const state = await applied(world, [thing, early, definition], { allowedClusterKinds: clusterKinds });
    expect(state).toMatchObject({ phase: 'healthy', problems: [] });
    expect(await world.kubectl('get', `things.${group}`, '-o', 'name')).toMatch(/\/early\n.*\/one$/s);
    expect((await world.ports.state.readCluster('main'))?.apiVersions).toContain(`${group}/v1/Thing`);
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    await world.remove();
    await world.reconcile();
    expect(await world.kubectl('get', 'crd', `things.${group}`, '-o', 'name')).toContain(`things.${group}`);
  });

  it('fault 46: a kind that nobody defines is named before anything is sent', async () => {
    const world = await createRealWorld();
    const unknown = { apiVersion: 'nobody.example.org/v1', kind: 'Nothing', metadata: { name: 'n' } };
    expect(await applied(world, [unknown, configMap('fine')])).toMatchObject({ phase: 'failed' });
    expect((await messages(world))[0]).toContain('the cluster does not serve Nothing as nobody.example.org/v1');
    expect(await world.live('v1', 'ConfigMap', 'fine')).toBeUndefined();
  });
});

describe('rollouts', () => {
  it("fault 51: a pod that fits no node tells so in the scheduler's words", async () => {
    const world = await createRealWorld();
    const picky = change(deployment('picky'), (spec) => {
      const template = spec.template as { spec: Record<string, unknown> };
      template.spec.nodeSelector = { 'example.org/no': 'such-node' };
    });
    await world.commit([picky], { timeoutSeconds: 4 });
    await world.reconcile();
    expect((await messages(world))[0]).toMatch(/not ready after 4 s: .*pod picky-.*Unschedulable/);
    expect(await world.state()).toMatchObject({ phase: 'failed' });
  }, 120_000);
});

describe('an API server that has its moments', () => {
  /** Gives these answers to the first requests that fit, each before or after the server did its work. */
  function moody(faults: ((request: ApiRequest) => ApiAnswer | 'reset')[], fits = isWrite) {
    return (transport: Transport): Transport => {
      const left = [...faults];
      return async (request, timeout) => {
        const fault = fits(request) ? left.shift() : undefined;
        if (fault === undefined) return transport(request, timeout);
        const answer = fault(request);
        if (answer !== 'reset') return answer;
        await transport(request, timeout);
        throw new Error('ECONNRESET');
      };
    };
  }

  const throttled = () => ({ ...status(429, 'TooManyRequests', 'slow down'), headers: { 'retry-after': '1' } });

  it.each([
    ['fault 40: 429 with Retry-After', throttled],
    ['fault 41: 500', () => status(500, 'InternalError', 'etcdserver: leader changed')],
    ['fault 41: 503', () => status(503, 'ServiceUnavailable', 'apiserver is shutting down')],
    ['fault 41: a reset after the server had done it', () => 'reset' as const],
    [
      'fault 38: 409',
      () => status(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version'),
    ],
    ['fault 42: 401', () => status(401, 'Unauthorized', 'Unauthorized')],
  ])('%s: asks again, and all is well', async (_, fault) => {
    const world = await createRealWorld({ through: moody([fault, fault]) });
    expect(await applied(world, [configMap('a'), configMap('b')])).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it('fault 39: 410 in the middle of a list starts over', async () => {
    const gone = () => status(410, 'Expired', 'The provided continue parameter is too old');
    const world = await createRealWorld({ through: moody([gone], ({ path }) => path.includes('/configmaps?')) });
    await applied(world, [configMap('a')]);
    await world.kubectl('delete', 'configmap', 'a');
    await world.reconcile('check');
    expect(await world.live('v1', 'ConfigMap', 'a')).toBeDefined();
  });

  it('fault 52: one that does not answer at all is told, and tried again later', async () => {
    let isDown = false;
    const world = await createRealWorld({
      through: (transport) => (request, timeout) =>
        isDown
          ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          : transport(request, timeout),
    });
    await applied(world, [configMap('a')]);
    isDown = true;
    const state = await applied(world, [configMap('a', { a: '2' })]);
    expect(state).toMatchObject({ phase: 'failed', next: { why: 'retry', attempt: 1 } });
    expect(state?.problems[0]?.message).toMatch(/^the cluster's API server can't be reached: ECONNREFUSED/);
    isDown = false;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});

describe('fault 48: killed in the middle', () => {
  it.each([1, 3, 6, 9])('after %i writes, the newest revision is finished', async (step) => {
    let left = Number.POSITIVE_INFINITY;
    let die = () => {};
    // What was sent before the death still arrives, and must not arrive later than what the next run sends.
    const underway: Promise<unknown>[] = [];
    const world = await createRealWorld({
      through: (transport) => (request, timeout) => {
        if (isWrite(request)) left -= 1;
        const answer = left > 0 ? transport(request, timeout) : undefined;
        if (answer !== undefined) underway.push(answer.catch(() => undefined));
        if (answer !== undefined) return answer;
        die();
        return new Promise(() => {});
      },
    });
    const many = (from: number, to: number, revision: string) =>
      Array.from({ length: to - from }, (_, index) => configMap(`many-${from + index}`, { revision }));
    await applied(world, many(0, 8, '1'));
    await world.commit(many(2, 10, '2'));
    const death = new Promise<void>((resolve) => {
      die = resolve;
    });
    left = step;
    await Promise.race([death, world.reconcile()]);
    await Promise.all(underway);
    left = Number.POSITIVE_INFINITY;
    await applied(world, many(3, 11, '3'));
    const live = await world.kubectl(
      'get',
      'configmap',
      '-l',
      'plumbline.dev/application',
      '-o',
      'jsonpath={range .items[*]}{.metadata.name}={.data.revision} {end}',
    );
    const names = Array.from({ length: 8 }, (_, index) => `many-${3 + index}`);
    expect(live.split(' ').sort()).toEqual(names.map((name) => `${name}=3`).sort());
    expect((await world.inventory()).map(({ name }) => name).sort()).toEqual(names.toSorted());
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });
});
