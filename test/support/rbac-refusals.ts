import { namespaceMakerOf, userOf } from '../../shared/kubernetes/names.ts';
import type { RawRequest } from './api-request.ts';
import { deployment } from './manifests.ts';
import {
  apply,
  apps,
  as,
  bindingOf,
  core,
  escalating,
  everything,
  get,
  impersonating,
  maker,
  named,
  namespaceOf,
  nobody,
  outside,
  pod,
  post,
  production,
  rbacGroup,
  readSecrets,
  remove,
  role,
  roles,
  staging,
} from './rbac-requests.ts';

/** What it must be refused, whoever asks. */
export const refused: [string, string | undefined, RawRequest][] = [
  // Other namespaces.
  ...['live', 'default', 'kube-system', 'plumbline-system'].flatMap((namespace): [string, string, RawRequest][] => [
    [
      `a Deployment in ${namespace}`,
      staging,
      apply(`${apps}/namespaces/${namespace}/deployments/web`, deployment('web')),
    ],
    [`reading ConfigMaps in ${namespace}`, staging, get(`${core}/namespaces/${namespace}/configmaps`)],
    [
      `a RoleBinding in ${namespace}`,
      staging,
      apply(`${roles}/namespaces/${namespace}/rolebindings/example`, bindingOf('Role', 'reader')),
    ],
  ]),
  ['staging’s ConfigMaps', production, get(`${core}/namespaces/shop/configmaps`)],
  ['all Deployments of the cluster', staging, get(`${apps}/deployments`)],
  ['all pods of the cluster', staging, get(`${core}/pods`)],

  // Secrets.
  ['Secrets of its own namespace, of which none stands in Git', staging, get(`${core}/namespaces/shop/secrets/hidden`)],
  ['Secrets of another environment', staging, get(`${core}/namespaces/live/secrets/hidden`)],
  ['Secrets of the cluster', staging, get(`${core}/secrets`)],
  ['Secrets of kube-system', production, get(`${core}/namespaces/kube-system/secrets/hidden`)],

  // Rights.
  [
    'a Role with rights that it lacks',
    staging,
    apply(`${roles}/namespaces/shop/roles/more`, role('more', readSecrets)),
  ],
  [
    'the Role that it has, with everything',
    staging,
    apply(`${roles}/namespaces/shop/roles/plumbline-staging`, role('plumbline-staging', everything)),
  ],
  [
    'a Role that lets escalate and bind',
    staging,
    apply(`${roles}/namespaces/shop/roles/more`, role('more', escalating)),
  ],
  ['a Role that lets impersonate', staging, apply(`${roles}/namespaces/shop/roles/more`, role('more', impersonating))],
  [
    'a binding of cluster-admin in its namespace',
    staging,
    apply(`${roles}/namespaces/shop/rolebindings/example`, bindingOf('ClusterRole', 'cluster-admin')),
  ],
  [
    'a ClusterRole',
    staging,
    apply(`${roles}/clusterroles/example`, outside(`${rbacGroup}/v1`, 'ClusterRole', { rules: [] })),
  ],
  [
    'a ClusterRole with rights that it lacks, where it may own some',
    production,
    apply(`${roles}/clusterroles/example`, outside(`${rbacGroup}/v1`, 'ClusterRole', { rules: everything })),
  ],
  [
    'a ClusterRoleBinding of cluster-admin, where it may own some',
    production,
    apply(`${roles}/clusterrolebindings/example`, bindingOf('ClusterRole', 'cluster-admin', 'ClusterRoleBinding')),
  ],
  [
    'a ClusterRoleBinding',
    staging,
    apply(`${roles}/clusterrolebindings/example`, bindingOf('ClusterRole', 'view', 'ClusterRoleBinding')),
  ],

  // Outside namespaces.
  ['its own Namespace, where it may own none', staging, apply(`${core}/namespaces/shop`, namespaceOf('shop'))],
  ['another Namespace', production, apply(`${core}/namespaces/shop`, namespaceOf('shop'))],
  ['a new Namespace of another name', production, apply(`${core}/namespaces/fresh`, namespaceOf('fresh'))],
  ['a new Namespace without a name beforehand', production, post(`${core}/namespaces`, namespaceOf('live'))],
  ['deleting another Namespace', production, remove(`${core}/namespaces/shop?dryRun=All`)],
  ['deleting kube-system', production, remove(`${core}/namespaces/kube-system?dryRun=All`)],
  [
    'a CustomResourceDefinition',
    staging,
    apply(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/example',
      outside('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    ),
  ],
  [
    'a webhook that sees everything',
    staging,
    apply(
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/example',
      outside('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'),
    ),
  ],
  [
    'a webhook that refuses',
    production,
    apply(
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/example',
      outside('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    ),
  ],
  [
    'an admission policy',
    staging,
    remove('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/example?dryRun=All'),
  ],
  [
    'an APIService',
    staging,
    apply(
      '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.org',
      named(outside('apiregistration.k8s.io/v1', 'APIService'), 'v1.example.org'),
    ),
  ],
  [
    'a PersistentVolume, which may be a folder of a node',
    staging,
    apply(`${core}/persistentvolumes/example`, outside('v1', 'PersistentVolume')),
  ],
  [
    'a PriorityClass',
    staging,
    apply(
      '/apis/scheduling.k8s.io/v1/priorityclasses/example',
      outside('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 }),
    ),
  ],
  ['nodes', staging, get(`${core}/nodes`)],
  ['the node’s kubelet', staging, get(`${core}/nodes/node-1/proxy/pods`)],
  ['signing a certificate', staging, get('/apis/certificates.k8s.io/v1/certificatesigningrequests')],
  ['reviewing tokens', staging, post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } })],
  ['metrics of the API server', staging, get('/metrics')],

  // Into pods.
  ['a shell in a pod', staging, post(`${core}/namespaces/shop/pods/web/exec?command=sh`)],
  ['attaching to a pod', staging, post(`${core}/namespaces/shop/pods/web/attach`)],
  ['a port of a pod', staging, post(`${core}/namespaces/shop/pods/web/portforward`)],
  ['requests through a pod', staging, get(`${core}/namespaces/shop/pods/web/proxy/`)],
  ['requests through a Service', staging, get(`${core}/namespaces/shop/services/web/proxy/`)],
  [
    'a container more in a running pod',
    staging,
    { method: 'PUT', path: `${core}/namespaces/shop/pods/debug/ephemeralcontainers`, body: pod() },
  ],
  ['logs, where they are hidden', staging, get(`${core}/namespaces/shop/pods/web/log`)],

  // Identities.
  ['a token of its own account', staging, post(`${core}/namespaces/plumbline-system/serviceaccounts/staging/token`)],
  ['a token of another account', staging, post(`${core}/namespaces/shop/serviceaccounts/default/token`)],
  [
    'an account among the environments',
    staging,
    apply(`${core}/namespaces/plumbline-system/serviceaccounts/more`, named(outside('v1', 'ServiceAccount'), 'more')),
  ],
  ['another account', 'system:serviceaccount:kube-system:namespace-controller', get('/apis')],
  ['an account of the same namespace that is no environment', userOf('default'), get('/apis')],
  ['a user with all rights', 'system:kube-controller-manager', get('/apis')],
  ['a user with all rights, by their group', staging, as({ 'impersonate-group': 'system:masters' })],
  ['all accounts of a namespace', staging, as({ 'impersonate-group': 'system:serviceaccounts:kube-system' })],
  ['a uid', staging, as({ 'impersonate-uid': '1' })],
  ['extra words', staging, as({ 'impersonate-extra-scopes': 'all' })],
  ['a node', 'system:node:node-1', get('/apis')],
  ['an anonymous user', 'system:anonymous', get('/apis')],

  // The second identity, which is for namespaces alone.
  ['a Deployment', maker, apply(`${apps}/namespaces/shop/deployments/web`, deployment('web'))],
  ['Secrets', maker, get(`${core}/namespaces/shop/secrets/hidden`)],
  ['a Role', maker, apply(`${roles}/namespaces/shop/roles/more`, role('more', readSecrets))],
  [
    'a ClusterRole',
    maker,
    apply(`${roles}/clusterroles/example`, outside(`${rbacGroup}/v1`, 'ClusterRole', { rules: [] })),
  ],
  [
    'the policy that holds it',
    maker,
    remove('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/plumbline-staging.namespaces?dryRun=All'),
  ],
  ['the second identity of an environment that has none', userOf(namespaceMakerOf('production')), get('/apis')],

  // The reconciler itself, without an environment.
  ['a ConfigMap', nobody, get(`${core}/namespaces/shop/configmaps`)],
  ['a Deployment', nobody, apply(`${apps}/namespaces/shop/deployments/web`, deployment('web'))],
  ['a Secret', nobody, get(`${core}/namespaces/shop/secrets/hidden`)],
  ['the environments’ accounts', nobody, get(`${core}/namespaces/plumbline-system/serviceaccounts`)],
  ['a token of an environment', nobody, post(`${core}/namespaces/plumbline-system/serviceaccounts/staging/token`)],
  [
    'its own rights',
    nobody,
    apply(
      `${roles}/namespaces/plumbline-system/roles/plumbline-act-as-staging`,
      role('plumbline-act-as-staging', everything),
    ),
  ],
  ['namespaces', nobody, get(`${core}/namespaces`)],
];
