import { groupOf, type KubernetesObject } from '../manifests/object.ts';
import { apiService } from './api-service.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { generic } from './generic.ts';
import { current, type Health, type HealthRule, progressing, terminating } from './health.ts';
import { job } from './job.ts';
import { namespace } from './namespace.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { pod } from './pod.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { isObserved } from './read.ts';
import { replicaSet } from './replica-set.ts';
import { service } from './service.ts';
import { statefulSet } from './stateful-set.ts';

const always: HealthRule = () => current;

/** By `group/Kind`. Any other kind is judged by its conditions. */
const rules: Readonly<Record<string, HealthRule>> = {
  '/Namespace': namespace,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/Pod': pod,
  '/Service': service,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
  'apiregistration.k8s.io/APIService': apiService,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'batch/CronJob': always,
  'batch/Job': job,
  'policy/PodDisruptionBudget': podDisruptionBudget,
};

/** Kinds that are as they should be as soon as they exist, so that nobody needs to look at them. */
const stateless = new Set([
  '/ConfigMap',
  '/Endpoints',
  '/LimitRange',
  '/Secret',
  '/ServiceAccount',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'batch/CronJob',
  'discovery.k8s.io/EndpointSlice',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);

/** Whether a kind's objects can be anything but healthy. */
export const hasHealth = ({ group, kind }: { group: string; kind: string }) => !stateless.has(`${group}/${kind}`);

/** How a live object stands, by the rule of its kind. */
export function judge(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return terminating('it is being deleted');
  if (!isObserved(object)) return progressing('its controller has not seen the newest version yet');
  return (rules[`${groupOf(object.apiVersion)}/${object.kind}`] ?? generic)(object);
}
