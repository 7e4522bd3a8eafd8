import { expect, it } from 'vitest';
import type { Admin } from './cluster-client.ts';
import { deploymentOf, podsOf } from './workloads.ts';

/** What a cluster must do with workloads for deploying to it to mean anything. Run where a cluster is at hand. */
export function itRunsWorkloads(adminOfCluster: () => Admin): void {
  it('rolls a Deployment out, rolls it on when its image changes, and clears up after it', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const pods = '/api/v1/namespaces/default/pods?labelSelector=app%3Dweb';
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    await adminOfCluster().create(path, deploymentOf('web', 'web:1'));
    await adminOfCluster().create('/api/v1/namespaces/default/services', service);
    await adminOfCluster().eventually(`${path}/web`, ({ status }) =>
      expect(status).toMatchObject({ availableReplicas: 2, readyReplicas: 2 }),
    );
    await adminOfCluster().eventually('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', ({ items }) => {
      const slice = items.find(
        ({ metadata }: { metadata: { generateName?: string } }) => metadata.generateName === 'web-',
      );
      expect(slice?.endpoints).toEqual(
        [1, 2].map(() => expect.objectContaining({ conditions: expect.objectContaining({ ready: true }) })),
      );
    });

    await adminOfCluster().merge(`${path}/web`, { spec: { template: podsOf('web', 'web:2') } });
    await adminOfCluster().eventually(`${path}/web`, ({ metadata, status }) =>
      expect(status).toMatchObject({
        observedGeneration: metadata.generation,
        updatedReplicas: 2,
        availableReplicas: 2,
        replicas: 2,
      }),
    );
    await adminOfCluster().eventually(pods, ({ items }) =>
      expect(items.map(({ spec }: { spec: { containers: { image: string }[] } }) => spec.containers[0]?.image)).toEqual(
        ['web:2', 'web:2'],
      ),
    );

    await adminOfCluster().remove(`${path}/web`);
    await adminOfCluster().eventually(pods, ({ items }) => expect(items).toEqual([]));
  });

  it('runs the other kinds of workload', async () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'work' },
      spec: { template: podsOf('work', 'work:1', { restartPolicy: 'Never' }) },
    };
    const agent = {
      ...deploymentOf('agent', 'agent:1'),
      kind: 'DaemonSet',
      spec: { ...deploymentOf('agent', 'agent:1').spec, replicas: undefined },
    };
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const database = { ...deploymentOf('database', 'database:1'), kind: 'StatefulSet' };
    const spec = { ...database.spec, serviceName: 'database', volumeClaimTemplates: [claim] };
    await adminOfCluster().create('/apis/batch/v1/namespaces/default/jobs', job);
    await adminOfCluster().create('/apis/apps/v1/namespaces/default/daemonsets', agent);
    await adminOfCluster().create('/apis/apps/v1/namespaces/default/statefulsets', { ...database, spec });
    await adminOfCluster().eventually('/apis/batch/v1/namespaces/default/jobs/work', ({ status }) =>
      expect(status.succeeded).toBe(1),
    );
    await adminOfCluster().eventually('/apis/apps/v1/namespaces/default/daemonsets/agent', ({ status }) =>
      expect(status.numberReady).toBe(2),
    );
    await adminOfCluster().eventually('/apis/apps/v1/namespaces/default/statefulsets/database', ({ status }) =>
      expect(status.readyReplicas).toBe(2),
    );
    const claims = await adminOfCluster().get('/api/v1/namespaces/default/persistentvolumeclaims');
    expect(claims.items.map(({ status }: { status: { phase: string } }) => status.phase)).toEqual(['Bound', 'Bound']);
  });

  it('gives load balancers an address', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    };
    const backend = { service: { name: 'shop', port: { number: 80 } } };
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop' },
      spec: { defaultBackend: backend },
    };
    await adminOfCluster().create('/api/v1/namespaces/default/services', service);
    await adminOfCluster().create('/apis/networking.k8s.io/v1/namespaces/default/ingresses', ingress);
    const address = { hostname: 'default-shop.elb.plumbline.local' };
    for (const path of [
      '/api/v1/namespaces/default/services/shop',
      '/apis/networking.k8s.io/v1/namespaces/default/ingresses/shop',
    ]) {
      await adminOfCluster().eventually(path, ({ status }) =>
        expect(status.loadBalancer.ingress).toEqual([expect.objectContaining(address)]),
      );
    }
  });

  it.each([
    ['missing', 'shop:1.5.0-missing', { state: { waiting: expect.objectContaining({ reason: 'ImagePullBackOff' }) } }],
    [
      'crash',
      `shop:1.5.0-crash@sha256:${'a'.repeat(64)}`,
      { state: { waiting: expect.objectContaining({ reason: 'CrashLoopBackOff' }) } },
    ],
    ['unready', 'example.com/unready/shop:1', { ready: false, state: { running: expect.anything() } }],
  ])('fails as an image with the word %s says', async (word, image, expected) => {
    const name = `shop-${word}`;
    await adminOfCluster().create('/apis/apps/v1/namespaces/default/deployments', deploymentOf(name, image));
    await adminOfCluster().eventually(`/api/v1/namespaces/default/pods?labelSelector=app%3D${name}`, ({ items }) => {
      const states = items.flatMap(
        ({ status }: { status: { containerStatuses?: object[] } }) => status.containerStatuses ?? [],
      );
      expect(states).toEqual([1, 2].map(() => expect.objectContaining(expected)));
    });
    const { status } = await adminOfCluster().get(`/apis/apps/v1/namespaces/default/deployments/${name}`);
    expect(status.availableReplicas ?? 0).toBe(0);
  });

  it('runs an image whose name only contains such a word', async () => {
    await adminOfCluster().create(
      '/apis/apps/v1/namespaces/default/deployments',
      deploymentOf('crashlytics', 'crashlytics:1'),
    );
    await adminOfCluster().eventually('/apis/apps/v1/namespaces/default/deployments/crashlytics', ({ status }) =>
      expect(status.availableReplicas).toBe(2),
    );
  });
}
