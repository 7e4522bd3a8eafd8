import type { KubernetesObject } from '../../shared/manifests/object.ts';

/** Kinds of one service; so many objects are made for each. */
const kindsOfService = 5;

export const kinds = [
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
] as const;

export type ManyOptions = {
  namespace: string;
  /** Tags of images that differ from the others', by the service's number. */
  tags?: Readonly<Record<number, string>>;
};

const defaultTag = '1.4.2';

/** As many objects as that, of five kinds, like those of real services. No Deployment has replicas, so that nothing is rolled out. */
export function manyObjects(count: number, { namespace, tags = {} }: ManyOptions): KubernetesObject[] {
  return Array.from({ length: Math.ceil(count / kindsOfService) }, (_, index) =>
    serviceObjects({ name: nameOf(index), namespace, tag: tags[index] ?? defaultTag }),
  )
    .flat()
    .slice(0, count);
}

/** Names that sort by number. */
export const nameOf = (index: number) => `service-${String(index).padStart(4, '0')}`;

type Service = { name: string; namespace: string; tag: string };

function serviceObjects({ name, namespace, tag }: Service): KubernetesObject[] {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop' };
  const metadata = { name, namespace, labels };
  return [
    deployment({ metadata, labels, image: `registry.example.com/shop/${name}:${tag}` }),
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [port] } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'application.properties': properties(name) } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: ingress(name) },
  ];
}

const port = { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' };

const properties = (name: string) =>
  Array.from({ length: 12 }, (_, index) => `${name}.setting-${index}=value of setting ${index}\n`).join('');

const ingress = (name: string) => ({
  ingressClassName: 'public',
  rules: [
    {
      host: `${name}.example.com`,
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }] },
    },
  ],
});

type Deployment = { metadata: KubernetesObject['metadata']; labels: Record<string, string>; image: string };

function deployment({ metadata, labels, image }: Deployment): KubernetesObject {
  const podSpec = {
    serviceAccountName: metadata.name,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(image)],
    volumes: [
      { name: 'settings', configMap: { name: metadata.name } },
      { name: 'temporary', emptyDir: {} },
    ],
  };
  const template = { metadata: { labels, annotations: { 'prometheus.io/scrape': 'true' } }, spec: podSpec };
  const spec = { replicas: 0, revisionHistoryLimit: 3, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
}

const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 10, failureThreshold: 3 });

const container = (image: string) => ({
  name: 'app',
  image,
  args: ['serve', '--config=/etc/settings/application.properties'],
  env: [
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'DATABASE_HOST', value: 'database.example.com' },
  ],
  ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  readinessProbe: probe('/ready'),
  livenessProbe: probe('/alive'),
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
  volumeMounts: [
    { name: 'settings', mountPath: '/etc/settings', readOnly: true },
    { name: 'temporary', mountPath: '/tmp' },
  ],
});

/** An application of four kinds, as the whole pipeline is measured with. */
export function applicationObjects(name: string, version: string): KubernetesObject[] {
  const metadata = { name };
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'app', image: 'registry.example.com/app:1' }] },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, protocol: 'TCP' }], selector: labels } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, annotations: { 'example.com/version': version } },
      spec: { replicas: 0, selector: { matchLabels: labels }, template },
    },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: ingress(name) },
  ];
}
