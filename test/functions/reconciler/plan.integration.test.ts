import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlannedObject } from '../../../shared/artifacts/plan.ts';
import { rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { forbid } from '../../support/admission.ts';
import { configMap, deployment, secret, service } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

async function applied(world: RealWorld, ...[manifests, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
}

/** Every object of the namespace with its version, but for events. */
const versions = (world: RealWorld) =>
  world.kubectl(
    'get',
    'configmap,secret,service,deployment,replicaset,pod',
    '-o',
    'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.resourceVersion}{"\\n"}{end}',
  );

const of = (plan: Plan, name: string): PlannedObject | undefined =>
  plan.objects.find(({ object }) => object.endsWith(`/${name}`) || object.endsWith(` ${name}`));

const changes = (planned: PlannedObject | undefined) =>
  planned?.action === 'change'
    ? planned.differences.map(({ field, from, to }) => `${field}: ${from} → ${to}`)
    : planned;

describe('a plan on a real API server', () => {
  let world: RealWorld;
  const old = [
    deployment('web'),
    service('web'),
    configMap('settings', { mode: 'slow', gone: 'yes' }),
    configMap('leaving'),
    secret('password', { key: 'b2xkLXNlY3JldA==' }),
  ];

  beforeAll(async () => {
    world = await createRealWorld();
    await applied(world, old);
  });

  it('tells what changes field by field, without the defaults that only the server sets, and touches nothing', async () => {
    const before = await versions(world);
    const next: KubernetesObject[] = [
      withTemplate(deployment('web', { image: 'example.com/web:2' }), { terminationGracePeriodSeconds: 5 }),
      { ...service('web'), spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 8080 }] } },
      configMap('settings', { mode: 'fast' }),
      configMap('coming'),
      secret('password', { key: 'bmV3LXNlY3JldA==' }),
    ];
    const plan = await world.plan(next);
    expect(plan).toMatchObject({ outcome: 'planned', problems: [], unchanged: 0 });
    expect(changes(of(plan, 'settings'))).toEqual(['data.gone: "yes" → (absent)', 'data.mode: "slow" → "fast"']);
    expect(changes(of(plan, 'password'))).toEqual(['data.key: (masked) → (masked, different)']);
    expect(of(plan, 'coming')).toMatchObject({ action: 'create' });
    expect(of(plan, 'leaving')).toMatchObject({ action: 'prune' });
    expect(plan.objects.filter(({ object }) => object.endsWith('/web')).map(changes)).toEqual([
      [
        'spec.template.spec.containers[name=web].image: "example.com/web:1" → "example.com/web:2"',
        'spec.template.spec.terminationGracePeriodSeconds: (not from Git) → 5',
      ],
      ['spec.ports[name=http].port: 80 → 8080'],
    ]);
    expect(JSON.stringify(plan)).not.toMatch(/secret["=]|b2xk|bmV3|old-secret|new-secret/);
    expect(await versions(world)).toBe(before);
  });

  it('of what is deployed already has nothing to tell', async () => {
    expect(await world.plan(old)).toMatchObject({ outcome: 'planned', unchanged: old.length, objects: [] });
  });

  it('compares what was scaled by hand with what Git wants, and leaves it', async () => {
    await world.kubectl('scale', 'deployment', 'web', '--replicas=3');
    const plan = await world.plan([deployment('web', { replicas: 4 }), ...old.slice(1)]);
    expect(changes(of(plan, 'web'))).toEqual(['spec.replicas: (not from Git) → 4']);
    expect((await world.live('apps/v1', 'Deployment', 'web'))?.spec).toMatchObject({ replicas: 3 });
  });

  it('says what would be refused: by a right that is missing, an immutable field, the schema', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner' } };
    const other = { app: 'other' };
    const immutable = {
      ...deployment('web'),
      spec: { ...specOf(deployment('other')), selector: { matchLabels: other } },
    };
    const typo = { ...service('typo'), spec: { ...specOf(service('typo')), prots: [] } };
    const before = await versions(world);
    const plan = await world.plan([account, immutable, typo, ...old.slice(1)]);
    expect(of(plan, 'runner')).toMatchObject({
      action: 'refuse',
      message: expect.stringMatching(/cannot get resource "serviceaccounts".*Grant it to the role plumbline-env-/),
    });
    expect(of(plan, 'web')).toMatchObject({
      action: 'refuse',
      retryable: false,
      message: expect.stringMatching(/^spec\.selector can't be changed once the object exists\. Set it back/),
    });
    expect(of(plan, 'typo')).toMatchObject({
      action: 'refuse',
      message: expect.stringContaining('.spec.prots: field not declared in schema'),
    });
    expect(await versions(world)).toBe(before);
  });

  it("says what an admission policy refuses, in the policy's words", async () => {
    await forbid(world, "object.metadata.name != 'forbidden'", 'nobody may be called forbidden');
    const plan = await untilRefused(world);
    expect(of(plan, 'forbidden')).toMatchObject({
      action: 'refuse',
      message: expect.stringContaining('nobody may be called forbidden'),
    });
    expect(of(plan, 'allowed')).toMatchObject({ action: 'create' });
    expect(await world.live('v1', 'ConfigMap', 'allowed')).toBeUndefined();
  });

  it('fault 51: says what a quota refuses', async () => {
    await world.kubectl('create', 'quota', 'none', '--hard=count/services=1');
    const message = expect.stringMatching(/a ResourceQuota forbids it: .*exceeded quota: none/);
    // The quota's controller counts first; until then the server forbids everything that it counts, which reads the same.
    const plan = await world.plan([...old, service('another')]);
    expect(of(plan, 'another')).toMatchObject({ action: 'refuse', retryable: true, message });
    await world.kubectl('delete', 'quota', 'none');
  });

  it('fault 64: tells of what is not its own whose it is, and nothing else', async () => {
    await world.kubectl('create', 'secret', 'generic', 'theirs', '--from-literal=key=hidden-value');
    const guess = secret('theirs', { key: Buffer.from('hidden-value').toString('base64') });
    const plan = await world.plan([...old, guess], { conflicts: 'force' });
    expect(of(plan, 'theirs')).toMatchObject({ action: 'adopt', owner: '"kubectl-create"' });
    expect(JSON.stringify(plan)).not.toMatch(/hidden-value|aGlkZGVu/);
  });

  it('of an application that Git no longer has deletes everything', async () => {
    const before = await versions(world);
    const plan = await world.plan({
      other: { path: 'other', inputs: '', problems: [], warnings: [], settings: world.settings },
    });
    expect(plan.isRemoval).toBe(true);
    expect(plan.objects.map(({ action }) => action)).toEqual(old.map(() => 'prune'));
    expect(await versions(world)).toBe(before);
  });

  async function untilRefused(world: RealWorld): Promise<Plan> {
    for (let attempt = 1; ; attempt += 1) {
      const plan = await world.plan([...old, configMap('forbidden'), configMap('allowed')]);
      if (attempt === 60 || of(plan, 'forbidden')?.action === 'refuse') return plan;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
});

describe('kinds and namespaces that a revision makes first', () => {
  it('fault 46: are planned as new, and what needs them as not checked', async () => {
    const group = `g${Math.random().toString(36).slice(2, 8)}.example.org`;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const clusterKinds = ['CustomResourceDefinition.apiextensions.k8s.io', 'Namespace'];
    // Of Namespaces it could otherwise own just its own one, which is there already.
    const clusterRules = rulesForKinds([{ group: '', kind: 'Namespace' }]);
    const world = await createRealWorld({ clusterKinds, clusterRules });
    const fresh = `${world.namespace}-fresh`;
    const plan = await world.plan(
      [
        definition,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: fresh } },
        { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' } },
        configMap('inside', {}, { namespace: fresh }),
      ],
      { allowedClusterKinds: clusterKinds, allowedNamespaces: [world.namespace, fresh] },
    );
    expect(plan.objects).toEqual([
      { action: 'create', object: `CustomResourceDefinition things.${group}` },
      { action: 'create', object: `Namespace ${fresh}` },
      { action: 'create', object: `Thing ${world.namespace}/one`, unchecked: 'its kind is new' },
      { action: 'create', object: `ConfigMap ${fresh}/inside`, unchecked: 'its namespace is new' },
    ]);
    expect(await world.kubectl('get', 'crd', '--ignore-not-found', `things.${group}`)).toBe('');
  });
});

const specOf = ({ spec }: KubernetesObject) => spec as Record<string, unknown>;

function withTemplate(object: KubernetesObject, fields: object): KubernetesObject {
  const spec = specOf(object);
  const template = spec.template as { spec: object };
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...template.spec, ...fields } } } };
}
