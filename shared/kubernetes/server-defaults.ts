import { canonicalJson, isPlainObject } from '../manifests/canonical.ts';
import { groupOf, type KubernetesObject } from '../manifests/object.ts';

/**
 * What the API server fills in where a manifest of a built-in kind says nothing, so that two objects can be compared without asking it.
 * Paths leave out the places in lists.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/
 */
type Defaults = Readonly<Record<string, unknown>>;

const podDefaults: Defaults = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  enableServiceLinks: true,
  priority: 0,
  preemptionPolicy: 'PreemptLowerPriority',
  'containers.terminationMessagePath': '/dev/termination-log',
  'containers.terminationMessagePolicy': 'File',
  'containers.resources': {},
  'containers.ports.protocol': 'TCP',
  'containers.env.valueFrom.fieldRef.apiVersion': 'v1',
  'containers.probe.timeoutSeconds': 1,
  'containers.probe.periodSeconds': 10,
  'containers.probe.successThreshold': 1,
  'containers.probe.failureThreshold': 3,
  'containers.probe.httpGet.scheme': 'HTTP',
  'containers.probe.grpc.service': '',
  'containers.lifecycle.preStop.httpGet.scheme': 'HTTP',
  'containers.lifecycle.postStart.httpGet.scheme': 'HTTP',
  'volumes.configMap.defaultMode': 420,
  'volumes.secret.defaultMode': 420,
  'volumes.downwardAPI.defaultMode': 420,
  'volumes.downwardAPI.items.fieldRef.apiVersion': 'v1',
  'volumes.projected.defaultMode': 420,
  'volumes.projected.sources.downwardAPI.items.fieldRef.apiVersion': 'v1',
  'volumes.projected.sources.serviceAccountToken.expirationSeconds': 3600,
  'volumes.hostPath.type': '',
};

const jobDefaults: Defaults = {
  'spec.backoffLimit': 6,
  'spec.completions': 1,
  'spec.parallelism': 1,
  'spec.completionMode': 'NonIndexed',
  'spec.suspend': false,
  'spec.manualSelector': false,
  'spec.podReplacementPolicy': 'TerminatingOrFailed',
};

const webhookDefaults: Defaults = {
  'webhooks.failurePolicy': 'Fail',
  'webhooks.matchPolicy': 'Equivalent',
  'webhooks.namespaceSelector': {},
  'webhooks.objectSelector': {},
  'webhooks.reinvocationPolicy': 'Never',
  'webhooks.timeoutSeconds': 10,
  'webhooks.rules.scope': '*',
  'webhooks.clientConfig.service.port': 443,
};

const under = (prefix: string, defaults: Defaults): Defaults =>
  Object.fromEntries(Object.entries(defaults).map(([path, value]) => [`${prefix}${path}`, value]));

const kindDefaults: Readonly<Record<string, Defaults>> = {
  Deployment: {
    'spec.replicas': 1,
    'spec.progressDeadlineSeconds': 600,
    'spec.revisionHistoryLimit': 10,
    'spec.strategy.type': 'RollingUpdate',
    'spec.strategy.rollingUpdate.maxSurge': '25%',
    'spec.strategy.rollingUpdate.maxUnavailable': '25%',
  },
  StatefulSet: {
    'spec.replicas': 1,
    'spec.revisionHistoryLimit': 10,
    'spec.podManagementPolicy': 'OrderedReady',
    'spec.updateStrategy.type': 'RollingUpdate',
    'spec.updateStrategy.rollingUpdate.partition': 0,
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted': 'Retain',
    'spec.persistentVolumeClaimRetentionPolicy.whenScaled': 'Retain',
    'spec.volumeClaimTemplates.apiVersion': 'v1',
    'spec.volumeClaimTemplates.kind': 'PersistentVolumeClaim',
    'spec.volumeClaimTemplates.spec.volumeMode': 'Filesystem',
    'spec.volumeClaimTemplates.status.phase': 'Pending',
  },
  DaemonSet: {
    'spec.revisionHistoryLimit': 10,
    'spec.updateStrategy.type': 'RollingUpdate',
    'spec.updateStrategy.rollingUpdate.maxSurge': 0,
    'spec.updateStrategy.rollingUpdate.maxUnavailable': 1,
  },
  ReplicaSet: { 'spec.replicas': 1 },
  Job: jobDefaults,
  CronJob: {
    'spec.concurrencyPolicy': 'Allow',
    'spec.suspend': false,
    'spec.successfulJobsHistoryLimit': 3,
    'spec.failedJobsHistoryLimit': 1,
    ...under('spec.jobTemplate.', jobDefaults),
  },
  Service: {
    'spec.type': 'ClusterIP',
    'spec.sessionAffinity': 'None',
    'spec.internalTrafficPolicy': 'Cluster',
    'spec.externalTrafficPolicy': 'Cluster',
    'spec.allocateLoadBalancerNodePorts': true,
    'spec.ipFamilyPolicy': 'SingleStack',
    'spec.ports.protocol': 'TCP',
  },
  PersistentVolumeClaim: { 'spec.volumeMode': 'Filesystem' },
  HorizontalPodAutoscaler: { 'spec.minReplicas': 1 },
  NetworkPolicy: {
    'spec.policyTypes': ['Ingress'],
    'spec.ingress.ports.protocol': 'TCP',
    'spec.egress.ports.protocol': 'TCP',
  },
  Secret: { type: 'Opaque' },
  StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  RoleBinding: { 'roleRef.apiGroup': 'rbac.authorization.k8s.io' },
  ClusterRoleBinding: { 'roleRef.apiGroup': 'rbac.authorization.k8s.io' },
  MutatingWebhookConfiguration: webhookDefaults,
  ValidatingWebhookConfiguration: webhookDefaults,
};

/** Values that nobody can foresee: the server, or a controller, chooses them where the manifest doesn't. */
const assigned: Readonly<Record<string, readonly string[]>> = {
  Service: ['spec.clusterIP', 'spec.clusterIPs', 'spec.ipFamilies', 'spec.ports.nodePort', 'spec.healthCheckNodePort'],
  PersistentVolumeClaim: ['spec.volumeName', 'spec.storageClassName'],
  Job: ['spec.selector'],
  Namespace: ['spec.finalizers'],
};

const assignedToAll =
  /^metadata\.(finalizers$|ownerReferences$|labels\.kubernetes\.io\/metadata\.name$|annotations\.(deployment|pv|volume|volume\.beta)\.kubernetes\.io\/|annotations\.deprecated\.daemonset\.template\.generation$)/;

export function hasKnownDefaults({ apiVersion }: KubernetesObject): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/**
 * Numbers and switches whose zero is the same as to say nothing. The zero of any other says something: `allowPrivilegeEscalation: false`.
 *
 * @see https://github.com/kubernetes/api: those that are no pointers and have `omitempty`
 */
const silentZeros = new Set([
  ...['hostIPC', 'hostNetwork', 'hostPID', 'hostPort', 'stdin', 'stdinOnce', 'tty', 'readOnly', 'initialDelaySeconds'],
  ...['minReadySeconds', 'paused', 'unschedulable', 'targetPort', 'nodePort', 'healthCheckNodePort', 'number'],
  ...['publishNotReadyAddresses', 'insecureSkipTLSVerify', 'insecureSkipTLSVerifyBackend', 'clusterScope'],
  ...['globalDefault', 'sslEnabled', 'chapAuthDiscovery', 'chapAuthSession', 'preserveUnknownFields', 'deprecated'],
  ...['exclusiveMaximum', 'exclusiveMinimum', 'uniqueItems', 'nullable'],
  ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'],
]);

/** Whether the server leaves out a field of a built-in kind that a manifest says. A claim without a class is not one without a wish. */
export function isLeftOut(key: string, value: unknown): boolean {
  if (value === null || (Array.isArray(value) && value.length === 0)) return true;
  if (value === '') return key !== 'storageClassName';
  return (value === false || value === 0) && silentZeros.has(key);
}

/** An object without what the API server fills in by itself. Only built-in kinds have defaults that are known. */
export const withoutDefaults = (object: KubernetesObject) =>
  (hasKnownDefaults(object) ? prune(object, '', object.kind) : object) as KubernetesObject;

/** What has only defaults in it is one itself. */
function prune(value: unknown, path: string, kind: string): unknown {
  if (Array.isArray(value)) return value.map((item) => prune(item, path, kind));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, below]): [string, unknown][] => {
    const place = path === '' ? key : `${path}.${key}`;
    if (isFilledIn(place, key, value, kind)) return [];
    const rest = prune(below, place, kind);
    return isEmptied(below, rest) ? [] : [[key, rest]];
  });
  return Object.fromEntries(entries);
}

const isEmptied = (before: unknown, after: unknown) =>
  isPlainObject(before) && isPlainObject(after) && Object.keys(before).length > 0 && Object.keys(after).length === 0;

function isFilledIn(path: string, key: string, parent: Record<string, unknown>, kind: string): boolean {
  const value = parent[key];
  // A template's metadata is there even if nothing is in it.
  if (key === 'metadata' && isPlainObject(value) && Object.keys(value).length === 0) return true;
  if (value === null || assignedToAll.test(path) || assigned[kind]?.includes(path)) return true;
  const inPod = pathInPod(path, kind);
  if (inPod !== undefined && isDerived(inPod, value, parent)) return true;
  if (kind === 'Service' && path === 'spec.ports.targetPort') return value === parent.port;
  const [defaults, place] = inPod === undefined ? [kindDefaults[kind] ?? {}, path] : [podDefaults, inPod];
  return Object.hasOwn(defaults, place) && canonicalJson(defaults[place]) === canonicalJson(value);
}

/** The path below a pod's `spec`, with one name for all kinds of containers and of probes. */
function pathInPod(path: string, kind: string): string | undefined {
  const [, below] = (kind === 'Pod' ? /^spec\.(.+)$/ : /\btemplate\.spec\.(.+)$/).exec(path) ?? [];
  return below
    ?.replace(/^(init|ephemeral)Containers\b/, 'containers')
    .replace(/^containers\.(liveness|readiness|startup)Probe\b/, 'containers.probe');
}

/** What the server makes of the fields beside it. */
function isDerived(path: string, value: unknown, parent: Record<string, unknown>): boolean {
  switch (path) {
    case 'serviceAccount':
      return value === parent.serviceAccountName;
    case 'containers.imagePullPolicy':
      return value === pullPolicyOf(String(parent.image));
    default:
      return false;
  }
}

/** Without a tag, or with this one, an image is pulled each time. */
function pullPolicyOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.endsWith(':latest') || !/[:@]/.test(last) ? 'Always' : 'IfNotPresent';
}
