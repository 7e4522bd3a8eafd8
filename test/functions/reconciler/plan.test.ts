import { beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../shared/artifacts/plan.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, deployment, hookJob, secret, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

async function applied(...[manifests, settings]: Parameters<World['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  server.requests.length = 0;
}

/** One line for each object of a plan. */
const told = ({ objects }: Plan) =>
  objects.map((each) => {
    switch (each.action) {
      case 'change':
        return [
          `change ${each.object}`,
          ...each.differences.map(({ field, from, to }) => `${field}: ${from} → ${to}`),
        ].join(' | ');
      case 'adopt':
        return `adopt ${each.object}: ${each.owner}`;
      case 'refuse':
        return `refuse ${each.object}: ${each.message}`;
      case 'run':
        return `run ${each.object}: ${each.event}`;
      case 'keep':
      case 'unknown':
        return `${each.action} ${each.object}: ${each.because}`;
      default:
        return `${each.action} ${each.object}`;
    }
  });

const asked = () => server.requests.map(({ method, path }) => `${method} ${path.split('?')[0]?.split('/').at(-1)}`);

describe('a plan', () => {
  it('tells what would be created, changed field by field, and pruned', async () => {
    await applied([deployment('web'), configMap('settings'), configMap('old')]);
    const plan = await world.plan([
      { object: deployment('web', { image: 'example.com/web:2' }), source: { file: 'web/web.yaml', line: 7 } },
      configMap('settings'),
      service('web'),
    ]);
    expect(plan).toMatchObject({
      version: 1,
      revision: 'proposed',
      outcome: 'planned',
      isRemoval: false,
      unchanged: 1,
    });
    expect(told(plan)).toEqual([
      'change Deployment staging/web | spec.template.spec.containers[name=web].image: "example.com/web:1" → "example.com/web:2"',
      'create Service staging/web',
      'prune ConfigMap staging/old',
    ]);
    expect(plan.objects[0]).toMatchObject({ file: 'web/web.yaml', line: 7 });
  });

  it('changes nothing: neither the cluster nor the state of the application', async () => {
    await applied([configMap('a'), configMap('b')]);
    const before = structuredClone([...server.objects.values()]);
    const state = await world.state();
    await world.plan([configMap('a', { a: '2' }), configMap('c')]);
    expect([...server.objects.values()]).toEqual(before);
    expect(await world.state()).toEqual(state);
    const writes = server.requests.filter(({ method }) => method !== 'GET');
    expect(writes.length).toBe(2);
    expect(writes.every(({ path }) => path.includes('dryRun=All'))).toBe(true);
  });

  it('asks nothing of objects that stay as they are', async () => {
    await applied([configMap('a'), configMap('b')]);
    await world.plan([configMap('a'), configMap('b', { a: '2' })]);
    expect(asked().filter((line) => !/api|version/.test(line))).toEqual(['GET b', 'PATCH b']);
  });

  it('of an application that nobody has applied yet creates everything', async () => {
    expect(told(await world.plan([configMap('a')]))).toEqual(['create ConfigMap staging/a']);
  });

  it('fault 65: holds no value of a Secret', async () => {
    await applied([secret('s', { password: 'b2xkLXNlY3JldA==', gone: 'Z29uZS1zZWNyZXQ=' })]);
    const plan = await world.plan([secret('s', { password: 'bmV3LXNlY3JldA==' })]);
    expect(told(plan)).toEqual([
      'change Secret staging/s | data.password: (masked) → (masked, different) | data.gone: (masked) → (absent)',
    ]);
    expect(JSON.stringify([plan, world.lines])).not.toMatch(/b2xk|bmV3|Z29u|secret"|old-secret|new-secret/);
  });

  it('fault 65: masks old and new values of a Secret where the API server quotes them', async () => {
    await applied([secret('s', { password: 'b2xkLXNlY3JldA==' })]);
    server.intercept = ({ method }) =>
      method === 'PATCH'
        ? status(422, 'Invalid', 'was "old-secret" (b2xkLXNlY3JldA==), is bmV3LXNlY3JldA==')
        : undefined;
    const plan = await world.plan([secret('s', { password: 'bmV3LXNlY3JldA==' })]);
    expect(told(plan)).toEqual(['refuse Secret staging/s: is not valid: was "(masked)" ((masked)), is (masked)']);
  });

  it.each<[string, Partial<KubernetesObject>, string]>([
    ['a field that Git said before', { data: { a: '2' } }, 'data.a: "1" → "2"'],
    ['a field that Git no longer says', { data: {} }, 'data.a: "1" → (absent)'],
    [
      "a field that is new, but not what a controller's value there is",
      { data: { a: '1', b: '2' } },
      'data.b: (not from Git) → "2"',
    ],
  ])('tells %s', async (_, fields, line) => {
    await applied([configMap('a')]);
    server.edit('ConfigMap', 'a', (object) => Object.assign(object.data as object, { b: '1', c: '1' }), 'controller');
    const plan = await world.plan([{ ...configMap('a'), ...fields }], { conflicts: 'force' });
    expect(told(plan)).toEqual([`change ConfigMap staging/a | ${line}`]);
  });
});

describe('what a plan says is refused', () => {
  it('is every object that the API server refuses, in its words, and whether that may pass', async () => {
    await applied([configMap('web')]);
    server.intercept = ({ path, method }) => {
      if (method !== 'PATCH') return undefined;
      const causes = [{ field: 'spec.selector', message: 'Invalid value: field is immutable' }];
      if (path.includes('/web')) return status(422, 'Invalid', 'spec.selector: Invalid value', { causes });
      return path.includes('/denied')
        ? status(400, 'BadRequest', 'admission webhook "policy.example.org" denied the request: no')
        : undefined;
    };
    const plan = await world.plan([configMap('web', { a: '2' }), configMap('denied'), configMap('fine')]);
    expect(told(plan)).toEqual([
      expect.stringMatching(
        /^refuse ConfigMap staging\/web: spec\.selector can't be changed once the object exists\. /,
      ),
      'refuse ConfigMap staging/denied: admission webhook "policy.example.org" denied the request: no',
      'create ConfigMap staging/fine',
    ]);
    expect(plan.objects[0]).toMatchObject({ retryable: false });
  });

  it('names field and manager of a conflict', async () => {
    await applied([configMap('a')]);
    server.edit('ConfigMap', 'a', (object) => Object.assign(object.data as object, { a: '9' }), 'controller');
    expect(told(await world.plan([configMap('a', { a: '2' })]))).toEqual([
      expect.stringMatching(/^refuse ConfigMap staging\/a: .*\.data\.a to "controller"/),
    ]);
  });

  it('is the revision as a whole, where what it asks for is not allowed; those objects are not even asked for', async () => {
    const elsewhere = {
      object: configMap('there', {}, { namespace: 'kube-system' }),
      source: { file: 'a.yaml', line: 1 },
    };
    const plan = await world.plan([elsewhere, configMap('here')]);
    expect(plan).toMatchObject({ outcome: 'refused', problems: [{ object: 'ConfigMap kube-system/there', line: 1 }] });
    expect(told(plan)).toEqual(['create ConfigMap staging/here']);
    expect(server.requests.some(({ path }) => path.includes('kube-system'))).toBe(false);
  });

  it('is a revision that could not be rendered', async () => {
    const problems = [{ file: 'web/web.yaml', line: 3, message: 'is not valid YAML' }];
    const entry = { path: 'web', inputs: '', problems, warnings: [], settings: world.settings };
    expect(await world.plan({ web: entry })).toMatchObject({ outcome: 'refused', problems, objects: [] });
    expect(server.requests).toEqual([]);
  });

  it('leaves an admission webhook that knows no dry runs to the real one', async () => {
    server.intercept = ({ method }) =>
      method === 'PATCH' ? status(400, 'BadRequest', 'admission webhook "w" does not support dry run') : undefined;
    const { objects } = await world.plan([configMap('a')]);
    expect(objects).toMatchObject([
      { action: 'create', unchecked: expect.stringContaining('does not support dry run') },
    ]);
  });
});

describe("objects that aren't the application's", () => {
  it('fault 64: are told by their owner alone, and never compared', async () => {
    await applied([configMap('ours')]);
    const theirs = configMap('theirs', { key: 'hidden' }, { namespace: 'staging' });
    await server.transport(applyRequest(theirs, 'mesh'), 1000);
    server.requests.length = 0;
    const plan = await world.plan([configMap('ours'), configMap('theirs', { key: 'guess' })], { conflicts: 'force' });
    expect(told(plan)).toEqual(['adopt ConfigMap staging/theirs: "mesh"']);
    expect(JSON.stringify(plan)).not.toContain('hidden');
    expect(asked()).toContain('GET theirs');
    expect(asked()).not.toContain('PATCH theirs');
  });

  it('are told to be taken over where people made them', async () => {
    server.make(configMap('by-hand', { key: 'hidden' }, { namespace: 'staging' }));
    const plan = await world.plan([configMap('by-hand', { key: 'guess' })]);
    expect(plan.objects).toMatchObject([
      {
        action: 'adopt',
        because: expect.stringMatching(/^it would be taken over from "kubectl-create"; what it holds/),
      },
    ]);
    expect(JSON.stringify(plan)).not.toContain('hidden');
  });

  it('are refused where another tool keeps them, unless that is to be taken over', async () => {
    const metadata = { namespace: 'staging', annotations: { 'meta.helm.sh/release-name': 'shop' } };
    server.make(configMap('chart', {}, metadata), 'helm');
    const plan = await world.plan([configMap('chart')]);
    expect(plan).toMatchObject({
      outcome: 'refused',
      problems: [{ message: expect.stringMatching(/^is kept by Helm \(release staging\/shop\)/) }],
    });
    expect((await world.plan([configMap('chart')], { adopt: ['helm'] })).objects).toMatchObject([
      { action: 'adopt', because: expect.stringMatching(/^it would be taken over from Helm/) },
    ]);
  });

  it('are refused where another application has them', async () => {
    await server.transport(applyRequest(configMap('a', {}, { namespace: 'staging' }), 'plumbline:staging/api'), 1000);
    expect(told(await world.plan([configMap('a')]))).toEqual([
      expect.stringMatching(/^refuse ConfigMap staging\/a: belongs to the application staging\/api/),
    ]);
  });

  function applyRequest(object: KubernetesObject, manager: string) {
    const path = `/api/v1/namespaces/staging/configmaps/${object.metadata.name}?fieldManager=${encodeURIComponent(manager)}`;
    return {
      method: 'PATCH' as const,
      path,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(object),
    };
  }
});

describe('what Git no longer has', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => configMap(name));

  it('stays where it says so', async () => {
    const kept = configMap('kept', {}, { annotations: { 'plumbline.dev/prune': 'keep' } });
    await applied([kept, configMap('going'), configMap('staying')]);
    expect(told(await world.plan([configMap('staying')]))).toEqual([
      'prune ConfigMap staging/going',
      expect.stringMatching(/^keep ConfigMap staging\/kept: /),
    ]);
    expect(told(await world.plan([configMap('staying')], { prune: false }))).toEqual([
      'keep ConfigMap staging/going: the application has "prune: false"',
      'keep ConfigMap staging/kept: the application has "prune: false"',
    ]);
  });

  it('fault 36: is held where it is too much, and still told', async () => {
    await applied(many);
    const plan = await world.plan(many.slice(0, 1));
    expect(plan).toMatchObject({ outcome: 'held', problems: [{ message: expect.stringContaining('5 of 6 objects') }] });
    expect(told(plan)).toHaveLength(5);
    expect((await world.plan(many.slice(0, 1), { pruneLimit: 100 })).outcome).toBe('planned');
  });

  it('is the whole application, where that is gone; what holds data stays', async () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} };
    await applied([configMap('a'), claim]);
    const entry = { path: 'other', inputs: '', problems: [], warnings: [], settings: world.settings };
    const plan = await world.plan({ other: entry });
    expect(plan).toMatchObject({ isRemoval: true, outcome: 'planned' });
    expect(told(plan)).toEqual([
      'prune ConfigMap staging/a',
      expect.stringMatching(/^keep PersistentVolumeClaim staging\/data: deleting it would delete data/),
    ]);
  });

  it('fault 16: is nothing at all, where the revision has no application', async () => {
    await applied([configMap('a')]);
    expect(await world.plan({})).toMatchObject({ outcome: 'held', objects: [] });
  });

  it('is not mentioned where it is gone already', async () => {
    await applied([configMap('a'), configMap('b')]);
    server.delete('ConfigMap', 'b');
    expect(told(await world.plan([configMap('a')]))).toEqual([]);
  });
});

describe('what can not be asked yet', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [{ name: 'v1', served: true }],
    },
  };
  const clusterKinds = ['CustomResourceDefinition.apiextensions.k8s.io', 'Namespace'];

  it('is told as unchecked: what is of a kind, or in a namespace, that the revision makes first', async () => {
    const thing = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'one' } };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } };
    const inside = configMap('inside', {}, { namespace: 'fresh' });
    const { objects } = await world.plan([thing, inside, definition, namespace], {
      allowedNamespaces: ['staging', 'fresh'],
      allowedClusterKinds: clusterKinds,
    });
    expect(objects).toEqual([
      { action: 'create', object: 'CustomResourceDefinition things.example.org' },
      { action: 'create', object: 'Namespace fresh' },
      { action: 'create', object: 'Thing staging/one', unchecked: 'its kind is new' },
      { action: 'create', object: 'ConfigMap fresh/inside', unchecked: 'its namespace is new' },
    ]);
  });
});

describe("Helm's hooks in a plan", () => {
  const hooks = [hookJob('migrate', 'pre-install,pre-upgrade'), hookJob('backup', 'pre-delete')];

  it('are those that would be run, by their event', async () => {
    expect(told(await world.plan([...hooks, configMap('a')]))).toEqual([
      'run Job staging/migrate: pre-install',
      'create ConfigMap staging/a',
    ]);
    await applied([...hooks, configMap('a')]);
    expect(told(await world.plan([...hooks, configMap('a')]))).toEqual([]);
    expect(told(await world.plan([...hooks, configMap('a'), configMap('b')]))).toEqual([
      'run Job staging/migrate: pre-upgrade',
      'create ConfigMap staging/b',
    ]);
  });

  it('are asked for, too: one that may not be made is refused, and one elsewhere not even asked for', async () => {
    server.intercept = ({ method }) => (method === 'PATCH' ? status(403, 'Forbidden', 'no Jobs here') : undefined);
    expect(told(await world.plan(hooks))).toEqual([
      'refuse Job staging/migrate: the API server refuses it: no Jobs here',
    ]);
    server.intercept = () => undefined;
    const elsewhere = {
      ...hookJob('migrate', 'pre-install'),
      metadata: { ...hookJob('migrate', 'pre-install').metadata, namespace: 'kube-system' },
    };
    expect(await world.plan([elsewhere])).toMatchObject({ outcome: 'refused', objects: [] });
    expect(server.requests.some(({ path }) => path.includes('kube-system'))).toBe(false);
  });

  it('are gone with what they have made when Git no longer has them', async () => {
    await applied([...hooks, configMap('a')]);
    expect(told(await world.plan([configMap('a')]))).toEqual(['prune Job staging/migrate']);
  });

  it('are told of a deletion as well', async () => {
    await applied([...hooks, configMap('a')]);
    const other = { path: 'other', inputs: '', problems: [], warnings: [], settings: world.settings };
    expect(told(await world.plan({ other }))).toEqual([
      'run Job staging/backup: pre-delete',
      'prune Job staging/migrate',
      'prune ConfigMap staging/a',
    ]);
  });
});

it('a plan tells what would be deleted and made anew, where that is said', async () => {
  const selecting = (app: string, annotations: Record<string, string>): KubernetesObject => {
    const { spec, ...object } = deployment('web');
    const selector = { matchLabels: { app } };
    return { ...object, metadata: { name: 'web', annotations }, spec: { ...(spec as object), selector } };
  };
  await applied([selecting('a', {})]);
  expect(told(await world.plan([selecting('b', {})]))).toEqual([
    expect.stringMatching(
      /^refuse Deployment staging\/web: spec\.selector can't be changed once the object exists\. Set it back,/,
    ),
  ]);
  const plan = await world.plan([selecting('b', { 'plumbline.dev/replace': 'when-immutable' })]);
  expect(plan.objects).toEqual([{ action: 'replace', object: 'Deployment staging/web', fields: ['spec.selector'] }]);
});

describe('a plan that can not be made, or not to its end', () => {
  it('fault 52: is stored with the reason where the cluster does not answer', async () => {
    server.intercept = () => {
      throw new Error('ECONNREFUSED');
    };
    const plan = await world.plan([configMap('a')]);
    expect(plan).toMatchObject({ outcome: 'failed', revision: 'proposed', objects: [] });
    expect(plan.problems[0]?.message).toMatch(/^the cluster's API server can't be reached/);
  });

  it('fault 56: says what was not looked at when the time was up', async () => {
    await applied([configMap('old')]);
    const plan = await world.plan([configMap('a')], {}, { remaining: () => (server.requests.length < 6 ? 60_000 : 0) });
    expect(told(plan)).toEqual([
      'unknown ConfigMap staging/a: there was no time left to look at it',
      'unknown ConfigMap staging/old: there was no time left to look at it',
    ]);
  });

  it('says so where the application is suspended, and asks nothing', async () => {
    const plan = await world.plan([configMap('a')], { suspend: true });
    expect(plan).toMatchObject({ outcome: 'held', problems: [{ message: expect.stringContaining('suspended') }] });
    expect(server.requests).toEqual([]);
  });

  it('is written once: a message that comes twice finds the first plan in place', async () => {
    const first = await world.plan([configMap('a')]);
    const key = 'plans/staging/web/plan-1.json';
    const before = await world.ports.objects.get(key);
    await world.ports.objects.putOnce(key, new Uint8Array());
    expect(await world.ports.objects.get(key)).toEqual(before);
    expect(first.id).toBe('plan-1');
  });
});
