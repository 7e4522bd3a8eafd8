import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { RawRequest } from './api-request.ts';
import { deployment } from './manifests.ts';
import { apply, apps, bindingOf, core, namespaceOf, outside, pod, roles } from './rbac-requests.ts';

/** A manifest of staging that would take more than staging has: how it would be sent, and what our own policy says of it. */
type Escalation = [
  what: string,
  object: KubernetesObject,
  call: (object: KubernetesObject) => RawRequest,
  policy: RegExp,
];

const admission = 'admissionregistration.k8s.io/v1';
const inNamespace = (object: KubernetesObject, namespace: string): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});
const podIn = (spec: object) => inNamespace(pod(spec), 'shop');
const applyPod = (object: KubernetesObject) => apply(`${core}/namespaces/shop/pods/debug`, object);
const applyDeployment = (namespace: string) => (object: KubernetesObject) =>
  apply(`${apps}/namespaces/${namespace}/deployments/web`, object);
const privileged = { containers: [{ name: 'a', image: 'example.com/a:1', securityContext: { privileged: true } }] };

export const escalations: Escalation[] = [
  [
    'a ClusterRoleBinding',
    bindingOf('ClusterRole', 'cluster-admin', 'ClusterRoleBinding'),
    (object) => apply(`${roles}/clusterrolebindings/example`, object),
    /may not own ClusterRoleBinding/,
  ],
  [
    'a webhook configuration',
    outside(admission, 'ValidatingWebhookConfiguration'),
    (object) => apply(`/apis/${admission}/validatingwebhookconfigurations/example`, object),
    /may not own ValidatingWebhookConfiguration/,
  ],
  [
    'a Deployment in the namespace of another tenant',
    inNamespace(deployment('web'), 'live'),
    applyDeployment('live'),
    /may not write to the namespace "live"/,
  ],
  [
    'a Deployment in kube-system',
    inNamespace(deployment('web'), 'kube-system'),
    applyDeployment('kube-system'),
    /may not write to the namespace "kube-system"/,
  ],
  [
    'a Deployment among Plumbline’s own',
    inNamespace(deployment('web'), 'plumbline-system'),
    applyDeployment('plumbline-system'),
    /belongs to Plumbline itself/,
  ],
  [
    'the Namespace of another tenant',
    namespaceOf('live'),
    (object) => apply(`${core}/namespaces/live`, object),
    /may not own Namespace/,
  ],
  [
    'a folder of the node',
    podIn({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    applyPod,
    /spec\.volumes\[0\]\.hostPath/,
  ],
  ['a privileged container', podIn(privileged), applyPod, /securityContext\.privileged/],
  ['the network of the node', podIn({ hostNetwork: true }), applyPod, /spec\.hostNetwork/],
];
