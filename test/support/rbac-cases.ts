import type { RawRequest } from './api-request.ts';
import { configMap, deployment, service } from './manifests.ts';
import {
  apply,
  apps,
  bindingOf,
  core,
  get,
  namespaceOf,
  outside,
  production,
  rbacGroup,
  readConfig,
  remove,
  role,
  roles,
  staging,
} from './rbac-requests.ts';

/** What each environment must be able to do. 404: it may, and there is nothing. */
export const allowed: [string, string, RawRequest, number][] = [
  ...['shop', 'jobs'].flatMap((namespace): [string, string, RawRequest, number][] => [
    [
      `a Deployment in ${namespace}`,
      staging,
      apply(`${apps}/namespaces/${namespace}/deployments/web`, deployment('web')),
      201,
    ],
    [`a Service in ${namespace}`, staging, apply(`${core}/namespaces/${namespace}/services/web`, service('web')), 201],
    [
      `a ConfigMap in ${namespace}`,
      staging,
      apply(`${core}/namespaces/${namespace}/configmaps/a`, configMap('a')),
      201,
    ],
    [`deleting in ${namespace}`, staging, remove(`${core}/namespaces/${namespace}/configmaps/none`), 404],
    [`reading in ${namespace}`, staging, get(`${apps}/namespaces/${namespace}/deployments/none`), 404],
    [`listing in ${namespace}`, staging, get(`${apps}/namespaces/${namespace}/deployments?labelSelector=a`), 200],
    [`seeing pods in ${namespace}`, staging, get(`${core}/namespaces/${namespace}/pods`), 200],
    [`seeing events in ${namespace}`, staging, get(`${core}/namespaces/${namespace}/events`), 200],
  ]),
  [
    'the Role that stands in Git',
    staging,
    apply(`${roles}/namespaces/shop/roles/reader`, role('reader', [readConfig])),
    201,
  ],
  [
    'the RoleBinding that stands in Git',
    staging,
    apply(`${roles}/namespaces/shop/rolebindings/example`, bindingOf('Role', 'reader')),
    201,
  ],
  ['finding autoscalers', staging, get('/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers'), 200],
  ['asking what is served', staging, get('/apis'), 200],
  ['asking for the version', staging, get('/version'), 200],
  ['a Deployment of its own', production, apply(`${apps}/namespaces/live/deployments/web`, deployment('web')), 201],
  ['the log of a pod, where it is shown', production, get(`${core}/namespaces/live/pods/none/log`), 404],
  ['its own Namespace', production, apply(`${core}/namespaces/live`, namespaceOf('live')), 200],
  ['listing Namespaces, to find drift', production, get(`${core}/namespaces?labelSelector=a`), 200],
  [
    'a ClusterRole of what it may do itself',
    production,
    apply(`${roles}/clusterroles/example`, outside(`${rbacGroup}/v1`, 'ClusterRole', { rules: [] })),
    201,
  ],
];
