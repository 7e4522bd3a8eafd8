import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

async function applied(objects: readonly KubernetesObject[], settings: Partial<ApplySettings> = {}) {
  await world.commit(objects, settings);
  server.requests.length = 0;
  await world.reconcile();
  return world.state();
}

const namespace = 'staging';
const settings = () => server.find('ConfigMap', 'settings') as LiveObject;
const managers = () => (settings().metadata.managedFields ?? []).map(({ manager }) => manager);
const messages = async () => (await world.state())?.problems.map(({ object, message }) => `${object}: ${message}`);
const writes = () => server.requests.filter(({ method }) => method !== 'GET');
const gets = () =>
  server.requests
    .filter(({ method, path }) => method === 'GET' && !/^\/(version|apis?$)/.test(path))
    .map(({ path }) => path);

const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'staging' };
const helm = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'staging' };
const argo = { 'argocd.argoproj.io/tracking-id': 'web:/ConfigMap:staging/settings' };
const ours = 'plumbline:staging/web';

const definition = (group: string, kind: string, plural: string): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: { group, scope: 'Namespaced', names: { kind, plural }, versions: [{ name: 'v1' }] },
});

/** One of Flux's or Argo CD's own objects. */
function make(apiVersion: string, kind: string, name: string, spec: object) {
  const [group = ''] = apiVersion.split('/');
  server.make(definition(group, kind, `${kind.toLowerCase()}s`), 'flux');
  server.make({ apiVersion, kind, metadata: { name, namespace }, spec } as KubernetesObject, 'flux');
}

describe('what people made', () => {
  it('is taken over with everything of it that Git does not say, in one apply', async () => {
    server.make(configMap('settings', { a: 'old', b: 'extra' }, { namespace }));
    const { uid } = settings().metadata;
    expect(await applied([configMap('settings')])).toMatchObject({ phase: 'healthy', problems: [] });
    expect(settings().metadata.uid).toBe(uid);
    expect(settings().data).toEqual({ a: '1' });
    expect(managers()).toEqual([ours]);
    expect(writes()).toHaveLength(2);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ message: 'taken over', from: 'from "kubectl-create"', objects: 1 }),
    );
  });

  it('is taken over though it changes in between', async () => {
    server.make(configMap('settings', { b: 'extra' }, { namespace }));
    server.intercept = ({ headers }) => {
      if (!headers?.['content-type']?.includes('json-patch')) return undefined;
      server.intercept = () => undefined;
      server.edit('ConfigMap', 'settings', (object) => {
        object.data = { ...(object.data as object), c: 'more' };
      });
      return undefined;
    };
    await applied([configMap('settings')]);
    expect(settings().data).toEqual({ a: '1' });
  });

  it('keeps what was added where additions are kept', async () => {
    server.make(configMap('settings', { b: 'extra' }, { namespace }));
    const merged = configMap('settings', { a: '1' }, { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } });
    await applied([merged]);
    expect(settings().data).toEqual({ a: '1', b: 'extra' });
    await world.reconcile('check');
    expect(settings().data).toEqual({ a: '1', b: 'extra' });
    expect((await world.state())?.drift).toBeUndefined();
  });
});

describe('what another tool keeps', () => {
  it.each<[string, string, object, RegExp]>([
    [
      'helm',
      'helm',
      { annotations: helm },
      /^ConfigMap staging\/settings: is kept by Helm \(release staging\/shop\); to take it over, name "helm" under "adopt" in environment.yaml$/,
    ],
    [
      'flux',
      'kustomize-controller',
      { labels: flux },
      /is kept by Flux \(Kustomization staging\/apps\); .* name "flux"/,
    ],
    ['argocd', 'argocd-controller', { annotations: argo }, /is kept by Argo CD \(Application web\); .* name "argocd"/],
  ])('%s: is refused unless it is named, and taken over whole if it is', async (tool, manager, metadata, message) => {
    server.make(configMap('settings', { a: '1', b: '2' }, { namespace, ...metadata }), manager);
    const before = structuredClone(settings());
    await applied([configMap('settings'), configMap('other')]);
    expect(await messages()).toEqual([expect.stringMatching(message)]);
    expect(writes()).toEqual([]);
    expect(settings()).toEqual(before);
    await applied([configMap('settings'), configMap('other')], { adopt: [tool as 'helm'] });
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
    expect(settings()).toMatchObject({ data: { a: '1' }, metadata: { uid: before.metadata.uid } });
    expect(settings().metadata.labels).toEqual({ 'plumbline.dev/application': 'staging.web' });
    expect(settings().metadata.annotations).toBeUndefined();
    expect(managers()).toEqual([ours]);
  });

  it('is told once for all its objects', async () => {
    for (const name of ['a', 'b', 'c'])
      server.make(configMap(name, {}, { namespace, labels: flux }), 'kustomize-controller');
    await applied(['a', 'b', 'c'].map((name) => configMap(name)));
    expect(await messages()).toEqual([expect.stringMatching(/^ConfigMap staging\/a \(and 2 more\): is kept by Flux/)]);
  });

  it('warns that Helm would still act on it', async () => {
    server.make(configMap('settings', {}, { namespace, annotations: helm }), 'helm');
    await applied([configMap('settings')], { adopt: ['helm'] });
    expect(world.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        release: 'Helm (release staging/shop)',
        remedy: 'kubectl delete secret --namespace staging --selector owner=helm,name=shop',
      }),
    );
  });

  it('says so when it is to be taken over and still runs: Flux', async () => {
    make('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'apps', { suspend: false });
    server.make(configMap('settings', {}, { namespace, labels: flux }), 'kustomize-controller');
    expect(await applied([configMap('settings')], { adopt: ['flux'] })).toMatchObject({ next: { why: 'retry' } });
    expect(await messages()).toEqual([
      'ConfigMap staging/settings: Flux (Kustomization staging/apps) still keeps it: suspend it first (flux suspend kustomization apps --namespace staging)',
    ]);
    expect(writes()).toEqual([]);
    server.edit('Kustomization', 'apps', (object) => {
      object.spec = { suspend: true };
    });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it('says so when it is to be taken over and still runs: Argo CD, in whatever namespace', async () => {
    make('argoproj.io/v1alpha1', 'Application', 'web', { syncPolicy: { automated: {} } });
    server.make(configMap('settings', {}, { namespace, annotations: argo }), 'argocd-controller');
    await applied([configMap('settings')], { adopt: ['argocd'] });
    expect(await messages()).toEqual([
      expect.stringMatching(
        /still keeps it: turn its automated sync off first \(argocd app set web --sync-policy none\)/,
      ),
    ]);
    server.edit('Application', 'web', (object) => {
      object.spec = { syncPolicy: { automated: { enabled: false } } };
    });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it('is refused where nobody may see whether it still runs', async () => {
    make('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'apps', { suspend: true });
    server.make(configMap('settings', {}, { namespace, labels: flux }), 'kustomize-controller');
    server.intercept = ({ path }) =>
      path.includes('/kustomizations')
        ? status(
            403,
            'Forbidden',
            'User "system:serviceaccount:plumbline-system:staging" cannot get resource "kustomizations"',
          )
        : undefined;
    await applied([configMap('settings')], { adopt: ['flux'] });
    expect(await messages()).toEqual([
      expect.stringMatching(
        /whether that still runs can't be seen: .*cannot get resource "kustomizations"\. Grant it to the role plumbline-staging/,
      ),
    ]);
    expect(writes()).toEqual([]);
  });

  it('is nothing to refuse where a controller owns some fields', async () => {
    server.make(configMap('settings', { b: '2' }, { namespace }), 'mesh');
    await applied([configMap('settings')]);
    expect(settings().data).toEqual({ a: '1', b: '2' });
    expect(writes()).toHaveLength(1);
  });
});

describe('the look before', () => {
  it('is at new objects only, by their names while they are few', async () => {
    await applied([configMap('a')]);
    expect(gets()).toEqual(['/api/v1/namespaces/staging/configmaps/a']);
    await applied([configMap('a', { a: '2' })]);
    expect(gets()).toEqual([]);
    await applied([configMap('a', { a: '3' }), configMap('b')]);
    expect(gets()).toEqual(['/api/v1/namespaces/staging/configmaps/b']);
  });

  it('is one LIST where they are many', async () => {
    const many = Array.from({ length: 100 }, (_, index) => configMap(`c-${index}`));
    server.make(configMap('c-7', { b: 'extra' }, { namespace }));
    await applied(many);
    expect(gets().map((path) => path.split('?')[0])).toEqual(['/api/v1/namespaces/staging/configmaps']);
    expect(server.find('ConfigMap', 'c-7')?.data).toEqual({ a: '1' });
  });

  it('is left to the apply where it is not allowed', async () => {
    server.intercept = ({ method, path }) =>
      method === 'GET' && path.includes('/configmaps') ? status(403, 'Forbidden', 'no') : undefined;
    expect(await applied([configMap('a')])).toMatchObject({ phase: 'healthy' });
  });

  it('is at nothing that is only to be made if it is missing', async () => {
    server.make(configMap('settings', { b: 'theirs' }, { namespace, annotations: helm }), 'helm');
    const once = configMap('settings', { a: '1' }, { annotations: { 'plumbline.dev/apply': 'create-only' } });
    expect(await applied([once])).toMatchObject({ phase: 'healthy', problems: [] });
    expect(settings().data).toEqual({ b: 'theirs' });
  });
});
