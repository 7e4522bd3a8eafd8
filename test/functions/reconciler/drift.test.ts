import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/kubernetes/live-object.ts';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, deployment, secret, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

const manifests = [configMap('settings'), deployment('web'), secret('password', { key: 'b2xk' }), service('web')];

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
  await world.commit(manifests);
  await world.reconcile();
  server.requests.length = 0;
});

type Spec = {
  replicas: number;
  template: { spec: { containers: { name: string; image: string }[]; hostNetwork?: boolean } };
};
const specOf = (object: LiveObject) => object.spec as Spec;
const live = (kind: string, name: string) => server.find(kind, name) as LiveObject;
const drift = async () => (await world.state())?.drift;
const messages = async () => (await drift())?.differences.map(({ field, message }) => `${field}: ${message}`);

describe('a look for drift', () => {
  it('costs one LIST per kind, and writes nothing, where there is none', async () => {
    const before = await world.state();
    await world.reconcile('check');
    const paths = server.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
    expect(paths.filter((path) => !/\/(version|api|apis)$/.test(path)).sort()).toEqual([
      'GET /api/v1/namespaces/staging/configmaps',
      'GET /api/v1/namespaces/staging/secrets',
      'GET /api/v1/namespaces/staging/services',
      'GET /apis/apps/v1/namespaces/staging/deployments',
    ]);
    expect(await world.state()).toEqual(before);
  });

  it('fault 53: puts back what kubectl changed, and tells it field by field', async () => {
    server.edit('Deployment', 'web', (object) => {
      specOf(object).replicas = 5;
      for (const container of specOf(object).template.spec.containers) container.image = 'example.com/by-hand:1';
    });
    await world.reconcile('check');
    expect(specOf(live('Deployment', 'web'))).toMatchObject({
      replicas: 2,
      template: { spec: { containers: [{ image: 'example.com/web:1' }] } },
    });
    expect((await drift())?.differences.every(({ corrected }) => corrected)).toBe(true);
    expect(await messages()).toEqual([
      'spec.replicas: 2 → 5, by kubectl-edit',
      'spec.template.spec.containers[name=web].image: "example.com/web:1" → "example.com/by-hand:1", by kubectl-edit',
    ]);
    expect(world.lines.filter(({ message }) => message === 'drift')).toEqual([
      expect.objectContaining({ field: 'spec.replicas', problem: '2 → 5, by kubectl-edit' }),
      expect.objectContaining({ object: 'Deployment staging/web' }),
    ]);
  });

  it('makes a deleted object anew', async () => {
    const { uid } = live('Service', 'web').metadata;
    server.delete('Service', 'web');
    await world.reconcile('check');
    expect(live('Service', 'web').metadata.uid).not.toBe(uid);
    expect((await drift())?.differences).toEqual([
      { object: 'Service staging/web', message: 'was deleted', corrected: true },
    ]);
    const entry = (await world.inventory()).find(({ kind }) => kind === 'Service');
    expect(entry?.uid).toBe(live('Service', 'web').metadata.uid);
  });

  it('finds an object whose label was taken away', async () => {
    server.edit('ConfigMap', 'settings', ({ metadata }) => {
      metadata.labels = {};
    });
    await world.reconcile('check');
    expect(live('ConfigMap', 'settings').metadata.labels).toEqual({ 'plumbline.dev/application': 'staging.web' });
    expect(await messages()).toEqual([
      'metadata.labels["plumbline.dev/application"]: "staging.web" → (absent), by kubectl-edit',
    ]);
  });

  it('removes what kubectl added', async () => {
    server.edit('Deployment', 'web', (object) => {
      specOf(object).template.spec.containers.push({ name: 'sidecar', image: 'example.com/sidecar:1' });
      specOf(object).template.spec.hostNetwork = true;
    });
    await world.reconcile('check');
    const { containers, hostNetwork } = specOf(live('Deployment', 'web')).template.spec;
    expect(containers.map(({ name }) => name)).toEqual(['web']);
    expect(hostNetwork).toBeUndefined();
    expect(await messages()).toEqual([
      'spec.template.spec.containers[name=sidecar]: (absent) → {"name":"sidecar","image":"example.com/sidecar:1"}, by kubectl-edit',
      'spec.template.spec.hostNetwork: (absent) → true, by kubectl-edit',
    ]);
  });

  it("fault 65: masks a Secret's values", async () => {
    server.edit('Secret', 'password', (object) => {
      object.data = { key: 'aGFja2Vk', more: 'c2VjcmV0' };
    });
    await world.reconcile('check');
    expect(live('Secret', 'password').data).toEqual({ key: 'b2xk' });
    expect(await messages()).toEqual([
      'data.key: (masked) → (masked, different), by kubectl-edit',
      'data.more: (absent) → (masked, different), by kubectl-edit',
    ]);
    expect(JSON.stringify(world.lines)).not.toMatch(/aGFja2Vk|c2VjcmV0|b2xk/);
  });

  it('has nothing to say when a field was changed and changed back, and asks only once', async () => {
    const scale = (replicas: number) =>
      server.edit('Deployment', 'web', (object) => {
        specOf(object).replicas = replicas;
      });
    scale(5);
    scale(2);
    await world.reconcile('check');
    expect(await drift()).toBeUndefined();
    server.requests.length = 0;
    await world.reconcile('check');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('tells nothing of what a controller wrote between the look and the repair', async () => {
    server.edit('Deployment', 'web', (object) => {
      specOf(object).replicas = 5;
    });
    server.intercept = ({ method }) => {
      if (method === 'PATCH') {
        server.intercept = () => undefined;
        const annotate = ({ metadata }: LiveObject) => {
          metadata.annotations = { 'deployment.kubernetes.io/revision': '2' };
        };
        server.edit('Deployment', 'web', annotate, 'kube-controller-manager');
      }
      return undefined;
    };
    await world.reconcile('check');
    expect(await messages()).toEqual(['spec.replicas: 2 → 5, by kubectl-edit']);
  });

  it("leaves a controller's own fields alone", async () => {
    server.edit(
      'Deployment',
      'web',
      ({ metadata }) => {
        metadata.annotations = { 'deployment.kubernetes.io/revision': '2' };
      },
      'kube-controller-manager',
    );
    await world.reconcile('check');
    expect(live('Deployment', 'web').metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '2' });
    expect(await drift()).toBeUndefined();
  });

  it('fault 38: names field and manager where another controller has taken a field of ours', async () => {
    server.edit(
      'Deployment',
      'web',
      (object) => {
        specOf(object).replicas = 7;
      },
      'horizontal-scaler',
    );
    await world.reconcile('check');
    expect(specOf(live('Deployment', 'web')).replicas).toBe(7);
    expect(await world.state()).toMatchObject({
      phase: 'failed',
      problems: [
        {
          object: 'Deployment staging/web',
          field: 'spec.replicas',
          message: expect.stringMatching(
            /^Git has 2, "horizontal-scaler" has 7\. Remove it from Git, or set "conflicts"/,
          ),
        },
      ],
    });
  });

  it('goes on telling what it could not put back when it is tried again, until it could', async () => {
    const scale = (replicas: number, manager: string) =>
      server.edit('Deployment', 'web', (object) => Object.assign(specOf(object), { replicas }), manager);
    scale(7, 'horizontal-scaler');
    await world.reconcile('check');
    const { problems } = (await world.state()) ?? {};
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', problems, next: { why: 'retry', attempt: 2 } });
    scale(2, 'horizontal-scaler');
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it('fault 38: yields the field where that is the policy', async () => {
    await world.commit(manifests, { conflicts: 'yield' });
    await world.reconcile();
    server.edit(
      'Deployment',
      'web',
      (object) => {
        specOf(object).replicas = 7;
      },
      'horizontal-scaler',
    );
    await world.reconcile('check');
    expect(specOf(live('Deployment', 'web')).replicas).toBe(7);
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    server.requests.length = 0;
    await world.reconcile('check');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('judges health by the way', async () => {
    server.rollout = () => ({ updatedReplicas: 2, replicas: 2, availableReplicas: 1 });
    server.edit('Deployment', 'web', () => undefined, 'kube-controller-manager');
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({
      phase: 'progressing',
      problems: [{ message: '1 of 2 pods are available' }],
    });
  });

  it("fault 51: tells why a rollout hangs, as whoever waited for it did: by its pods' own reason", async () => {
    server.rollout = () => ({ updatedReplicas: 2, replicas: 2, availableReplicas: 1 });
    server.edit('Deployment', 'web', () => undefined, 'kube-controller-manager');
    server.make({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'staging', labels: { app: 'web' } },
      status: { containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    });
    await world.reconcile('check');
    expect((await world.state())?.problems).toEqual([
      {
        object: 'Deployment staging/web',
        message: '1 of 2 pods are available; pod web-1: container web: ImagePullBackOff',
      },
    ]);
  });

  it('goes on telling what waits for its finalizers, until it is gone', async () => {
    const finalizers = ['example.org/backup'];
    server.edit('ConfigMap', 'settings', ({ metadata }) => Object.assign(metadata, { finalizers }), 'backup');
    await world.commit(manifests.slice(1));
    await world.reconcile();
    const message = 'is being deleted; its finalizers must end first: example.org/backup';
    for (const mode of ['check', 'apply'] as const) {
      await world.reconcile(mode);
      expect(await world.state()).toMatchObject({ phase: 'progressing', problems: [{ message }] });
    }
    server.delete('ConfigMap', 'settings');
    await world.reconcile('check');
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
    expect((await world.inventory()).map(({ name }) => name)).not.toContain('settings');
  });

  it('applies instead where a revision was never tried', async () => {
    await world.commit([...manifests, configMap('new')]);
    await world.reconcile('check');
    expect(server.find('ConfigMap', 'new')).toBeDefined();
  });

  it('guards the last good state while a newer revision fails', async () => {
    await world.commit([configMap('settings', { a: '2' }), configMap('elsewhere', {}, { namespace: 'kube-system' })]);
    await world.reconcile();
    expect((await world.state())?.phase).toBe('failed');
    server.edit('ConfigMap', 'settings', (object) => {
      object.data = { a: 'by hand' };
    });
    await world.reconcile('check');
    expect(live('ConfigMap', 'settings').data).toEqual({ a: '1' });
    expect(await world.state()).toMatchObject({ phase: 'failed', drift: { differences: [{ corrected: true }] } });
  });
});
