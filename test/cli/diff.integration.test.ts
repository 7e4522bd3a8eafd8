import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff } from '../../cli/diff.ts';
import { health } from '../../cli/health.ts';
import { rulesForKinds } from '../../shared/kubernetes/rules.ts';
import { runCommand } from '../support/command.ts';
import { createRealWorld, type RealWorld } from '../support/real-world.ts';

/** Every kind whose defaults are known, said as briefly as people say it. */
const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: default
      initContainers:
        - { name: prepare, image: "example.com/prepare@sha256:${'0'.repeat(64)}" }
      containers:
        - name: web
          image: example.com/web:1
          ports: [{ containerPort: 80 }]
          env:
            - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
            - { name: EMPTY, value: "" }
          readinessProbe: { httpGet: { path: /, port: 80 } }
          livenessProbe: { tcpSocket: { port: 80 } }
          lifecycle: { preStop: { httpGet: { path: /stop, port: 80 } } }
          resources: { limits: { cpu: 0.5, memory: 1024Mi } }
          volumeMounts: [{ name: settings, mountPath: /settings }]
        - { name: latest, image: example.com/latest }
      volumes:
        - { name: settings, configMap: { name: settings } }
        - { name: password, secret: { secretName: password } }
        - { name: scratch, emptyDir: {} }
        - { name: all, projected: { sources: [{ serviceAccountToken: { path: token } }] } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  serviceName: store
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      containers: [{ name: store, image: "example.com/store:latest" }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec:
      containers: [{ name: agent, image: "example.com/agent:1" }]
      volumes: [{ name: host, hostPath: { path: /var } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: nightly, image: "example.com/nightly:1" }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }, { name: other, port: 81, targetPort: 8081 }] }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { mode: "no" }
---
apiVersion: v1
kind: Secret
metadata: { name: password }
stringData: { key: value-of-the-secret }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  rules:
    - host: web.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: extra }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 0.5Gi } } }
`;

const kinds =
  'deployment,statefulset,daemonset,cronjob,service,configmap,secret,networkpolicy,ingress,pdb,pvc,replicaset';

describe('plumbline diff and health, of what a real API server has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-diff-'));
  const [live, desired] = ['live.yaml', 'desired.yaml'].map((name) => join(folder, name)) as [string, string];
  let world: RealWorld;

  beforeAll(async () => {
    world = await createRealWorld();
    writeFileSync(desired, manifests);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const compare = () => runCommand((out) => diff({ live, desired }, out));
  const dump = async (...options: string[]) =>
    writeFileSync(live, await world.kubectl('get', kinds, '-o', 'yaml', ...options));

  it.each([
    ['applied by kubectl', ['apply']],
    ['applied by kubectl on the server', ['apply', '--server-side', '--force-conflicts']],
  ])('finds no difference in what was %s, with and without managedFields', async (_, [verb = '', ...options]) => {
    await world.kubectl(verb, ...options, '-f', desired);
    await dump();
    expect((await compare()).stdout).toBe('');
    await dump('--show-managed-fields');
    expect((await compare()).stdout).toBe('');
  });

  it('tells what kubectl set by hand, and what it added, in both', async () => {
    await world.kubectl('scale', 'deployment', 'web', '--replicas=5');
    await world.kubectl('set', 'env', 'deployment/web', '--containers=web', 'BY=hand');
    const expected = [
      'changed Deployment',
      '  spec.replicas: 5 → 2',
      '  spec.template.spec.containers[name=web].env[name=BY]: {"name":"BY","value":"hand"} → (absent)',
    ];
    for (const option of ['--show-managed-fields=false', '--show-managed-fields=true']) {
      await dump(option);
      const { code, stdout } = await compare();
      expect(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/ ns-.*/, '')),
      ).toEqual(expected);
      expect(code).toBe(1);
    }
  });

  it('says how they stand, in the same words as the reconciler', async () => {
    await dump();
    const { code, stdout } = await runCommand((out) => health(live, out));
    expect(stdout).toMatch(/^healthy +ConfigMap ns-\S+\/settings$/m);
    expect(stdout).toMatch(/^(healthy|progressing) +Deployment ns-\S+\/web\b/m);
    expect(code).toBe(stdout.includes('progressing') ? 1 : 0);
  });
});

describe('plumbline diff of what Plumbline applied', () => {
  it("finds no difference, and leaves an autoscaler's replicas alone", async () => {
    const world = await createRealWorld({
      rules: rulesForKinds([
        { group: 'apps', kind: 'Deployment' },
        { group: '', kind: 'Service' },
      ]),
    });
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-diff-'));
    const [live, desired] = ['live.json', 'desired.json'].map((name) => join(folder, name)) as [string, string];
    const web = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'example.com/web:1' }] },
        },
      },
    };
    await world.commit([web]);
    await world.reconcile();
    await world.kubectl(
      'patch',
      'deployment',
      'web',
      '--field-manager=autoscaler',
      '--patch',
      '{"spec":{"replicas":3}}',
      '--type=merge',
    );
    writeFileSync(desired, JSON.stringify({ ...web, spec: { ...web.spec, replicas: 2 } }));
    writeFileSync(live, await world.kubectl('get', 'deployment', 'web', '-o', 'json', '--show-managed-fields'));
    expect(await runCommand((out) => diff({ live, desired }, out))).toEqual({ code: 0, stdout: '', stderr: '' });
    rmSync(folder, { recursive: true });
  });
});
