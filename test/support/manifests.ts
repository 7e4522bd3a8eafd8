import type { KubernetesObject } from '../../shared/manifests/object.ts';

/** Small manifests for tests. */
export const configMap = (
  name: string,
  data: Record<string, string> = { a: '1' },
  metadata = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const secret = (name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data,
});

export const service = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
});

export const deployment = (name: string, { replicas = 2, image = 'example.com/web:1' } = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

export const job = (
  name: string,
  annotations: Record<string, string> = {},
  image = 'example.com/job:1',
): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, ...(Object.keys(annotations).length > 0 && { annotations }) },
  spec: {
    backoffLimit: 0,
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image }] } },
  },
});

/** @param hook comma-separated, as Helm has it */
export const hookJob = (name: string, hook: string, { weight = 0, policy = '', image = 'example.com/job:1' } = {}) =>
  job(
    name,
    {
      'helm.sh/hook': hook,
      ...(weight !== 0 && { 'helm.sh/hook-weight': String(weight) }),
      ...(policy !== '' && { 'helm.sh/hook-delete-policy': policy }),
    },
    image,
  );

/** What holds data. */
export const volumeClaim = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
