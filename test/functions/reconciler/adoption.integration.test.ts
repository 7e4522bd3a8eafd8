import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PolicyRule, rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { configMap, deployment, service, volumeClaim } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';
import { definitions } from '../../support/tool-definitions.ts';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-adoption-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rules: PolicyRule[] = rulesForKinds([
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'Service' },
  { group: '', kind: 'PersistentVolumeClaim' },
  { group: 'apps', kind: 'Deployment' },
]);

const manifests = [deployment('web'), service('web'), configMap('settings'), volumeClaim('data')];

const marked = (object: KubernetesObject, metadata: Partial<KubernetesObject['metadata']>): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

/** What somebody else applies in the world's namespace, with what Git doesn't say beside it. */
async function applyAs(world: RealWorld, objects: readonly KubernetesObject[], ...args: string[]) {
  const file = join(folder, `${world.namespace}.json`);
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await world.kubectl('apply', '--filename', file, ...args);
  await world.kubectl('rollout', 'status', 'deployment', 'web', '--timeout=120s');
}

const withExtra = (objects: readonly KubernetesObject[]) =>
  objects.map((each) => (each.kind === 'ConfigMap' ? { ...each, data: { a: '1', extra: 'not in Git' } } : each));

const list = (field: string) =>
  `jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {${field}}{"\\n"}{end}`;

/** Which ReplicaSets and pods there are, and what all objects say. A Deployment counts changed annotations as a new generation, too. */
async function standing(world: RealWorld) {
  const made = await world.kubectl('get', 'replicaset,pod', '-o', list('.metadata.generation'));
  return `${made}\n${await world.kubectl('get', 'deployment,service,pvc', '-o', list('.spec'))}`;
}

const leftovers =
  /last-applied-configuration|meta\.helm\.sh|toolkit\.fluxcd\.io|argocd\.argoproj\.io|kubectl-|"helm"|kustomize-controller|argocd-/;

async function expectTakenOver(world: RealWorld, before: string) {
  expect((await world.state())?.problems).toEqual([]);
  expect(await standing(world)).toBe(before);
  const all = await world.kubectl(
    'get',
    'deployment/web',
    'service/web',
    'configmap/settings',
    'pvc/data',
    '--show-managed-fields',
    '-o',
    'json',
  );
  expect(all).not.toMatch(leftovers);
  expect((await world.live('v1', 'ConfigMap', 'settings'))?.data).toEqual({ a: '1' });
  expect((await world.live('v1', 'PersistentVolumeClaim', 'data'))?.spec).toHaveProperty('storageClassName');
  await world.reconcile('check');
  expect((await world.state())?.drift).toBeUndefined();
}

const messages = async (world: RealWorld) => (await world.state())?.problems.map(({ message }) => message);

async function applied(world: RealWorld, ...[objects, settings]: Parameters<RealWorld['commit']>) {
  await world.commit(objects, settings);
  await world.reconcile();
}

const definitionNames = definitions.map(({ metadata }) => `customresourcedefinition/${metadata.name}`);

async function define(world: RealWorld) {
  const file = join(folder, 'definitions.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: definitions }));
  await world.kubectl('apply', '--server-side', '--filename', file);
  await world.kubectl('wait', '--for=condition=Established', '--timeout=60s', ...definitionNames);
}

async function make(world: RealWorld, object: KubernetesObject) {
  const file = join(folder, `${world.namespace}-${object.kind}.json`);
  await writeFile(file, JSON.stringify(object));
  await world.kubectl('apply', '--server-side', '--filename', file);
}

describe('taking over, without a restart and without leftovers,', () => {
  it.each<[string, string[]]>([
    ['kubectl apply', []],
    ['kubectl apply --server-side', ['--server-side']],
  ])('what %s made', async (_, args) => {
    const world = await createRealWorld({ rules });
    await applyAs(world, withExtra(manifests), ...args);
    const before = await standing(world);
    await applied(world, manifests);
    await expectTakenOver(world, before);
  });

  it('what kubectl create made and kubectl rollout restarted', async () => {
    const world = await createRealWorld({ rules });
    await world.kubectl('create', 'configmap', 'settings', '--from-literal=a=1', '--from-literal=extra=x');
    await world.kubectl('create', 'deployment', 'web', '--image=example.com/web:1', '--replicas=2');
    await world.kubectl('rollout', 'restart', 'deployment', 'web');
    await world.kubectl('rollout', 'status', 'deployment', 'web', '--timeout=120s');
    const web = deployment('web');
    const [container] = (web.spec as Workload).template.spec.containers;
    Object.assign(container ?? {}, { name: 'web' });
    const before = await standing(world);
    await applied(world, [web, configMap('settings')]);
    expect(await messages(world)).toEqual([]);
    expect(await standing(world)).toBe(before);
    expect((await world.live('v1', 'ConfigMap', 'settings'))?.data).toEqual({ a: '1' });
    await world.reconcile('check');
    expect((await world.state())?.drift).toBeUndefined();
  });

  it('what a Helm release made, if that is said', async () => {
    const { tools, cluster } = inject('shared');
    const world = await createRealWorld({ rules });
    const label = { 'app.kubernetes.io/managed-by': 'Helm' };
    const git = manifests.map((each) => marked(each, { labels: label }));
    const chart = await mkdtemp(join(folder, 'chart-'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    await run('mkdir', [join(chart, 'templates')]);
    const documents = withExtra(git).map((each) => JSON.stringify(each));
    await writeFile(join(chart, 'templates', 'all.yaml'), documents.join('\n---\n'));
    const helm = (...args: string[]) =>
      run(tools.helm, [...args, '--kubeconfig', cluster.adminKubeconfig, '--namespace', world.namespace]);
    await helm('install', 'shop', chart);
    await world.kubectl('rollout', 'status', 'deployment', 'web', '--timeout=120s');
    const before = await standing(world);
    await applied(world, git);
    expect(await messages(world)).toEqual([
      `is kept by Helm (release ${world.namespace}/shop); to take it over, name "helm" under "adopt" in environment.yaml`,
    ]);
    expect(await standing(world)).toBe(before);
    await applied(world, git, { adopt: ['helm'] });
    await expectTakenOver(world, before);
    expect((await world.live('apps/v1', 'Deployment', 'web'))?.metadata.labels).toMatchObject(label);
    expect(world.lines).toContainEqual(expect.objectContaining({ release: `Helm (release ${world.namespace}/shop)` }));
  });
});

type Workload = { template: { spec: { containers: object[] } } };

describe('taking over, without a restart and without leftovers,', () => {
  beforeAll(async () => {
    await define(await createRealWorld());
  });
  afterAll(async () => {
    const world = await createRealWorld();
    await world.kubectl('delete', '--wait=false', ...definitionNames);
  });

  const flux = (world: RealWorld) => ({
    'kustomize.toolkit.fluxcd.io/name': 'apps',
    'kustomize.toolkit.fluxcd.io/namespace': world.namespace,
  });

  const kustomization = (suspend: boolean): KubernetesObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps' },
    spec: { suspend },
  });

  it('what Flux made, once its Kustomization is suspended and may be seen', async () => {
    const see = { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get'] };
    const [blind, world] = [await createRealWorld({ rules }), await createRealWorld({ rules: [...rules, see] })];
    for (const each of [blind, world]) {
      const labelled = withExtra(manifests).map((object) => marked(object, { labels: flux(each) }));
      await applyAs(each, labelled, '--server-side', '--field-manager=kustomize-controller');
      await make(each, kustomization(false));
    }
    await applied(blind, manifests, { adopt: ['flux'] });
    expect(await messages(blind)).toEqual([
      expect.stringMatching(
        /can't be seen: .*cannot get resource "kustomizations".*Grant it to the role plumbline-env-/,
      ),
    ]);
    const before = await standing(world);
    await applied(world, manifests, { adopt: ['flux'] });
    expect(await messages(world)).toEqual([expect.stringMatching(/still keeps it: suspend it first/)]);
    expect(await standing(world)).toBe(before);
    await make(world, kustomization(true));
    await world.reconcile();
    await expectTakenOver(world, before);
  });

  const application = (world: RealWorld, syncPolicy: object): KubernetesObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: `shop-${world.namespace}` },
    spec: { syncPolicy },
  });

  it('what Argo CD made, once its Application is no longer synced by itself', async () => {
    const see = { apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['list'] };
    const world = await createRealWorld({ rules, clusterRules: [see] });
    const track = (object: KubernetesObject) => {
      const group = object.kind === 'Deployment' ? 'apps' : '';
      const id = `shop-${world.namespace}:${group}/${object.kind}:${world.namespace}/${object.metadata.name}`;
      return marked(object, { annotations: { 'argocd.argoproj.io/tracking-id': id } });
    };
    await applyAs(world, withExtra(manifests).map(track), '--field-manager=argocd-controller');
    await make(world, application(world, { automated: { prune: true } }));
    const before = await standing(world);
    await applied(world, manifests, { adopt: ['argocd'] });
    expect(await messages(world)).toEqual([expect.stringMatching(/still keeps it: turn its automated sync off first/)]);
    expect(await standing(world)).toBe(before);
    await make(world, application(world, {}));
    await world.reconcile();
    await expectTakenOver(world, before);
  });
});
