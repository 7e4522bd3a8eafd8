import { groupOf, type KubernetesObject } from '../manifests/object.ts';
import { apiService } from './api-service.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { generic } from './generic.ts';
import { current, type Health, type HealthRule, progressing, terminating } from './health.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { job } from './job.ts';
import { namespace } from './namespace.ts';
import { persistentVolume } from './persistent-volume.ts';
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
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/Pod': pod,
  '/ReplicationController': replicaSet,
  '/Service': service,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
  'apiregistration.k8s.io/APIService': apiService,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': horizontalPodAutoscaler,
  'batch/CronJob': always,
  'batch/Job': job,
  'policy/PodDisruptionBudget': podDisruptionBudget,
};

/** Kinds that are as they should be as soon as they exist, so that nobody needs to look at them. */
const stateless = new Set([
  '/ConfigMap',
  '/Endpoints',
  '/LimitRange',
  '/PodTemplate',
  '/ResourceQuota',
  '/Secret',
  '/ServiceAccount',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apps/ControllerRevision',
  'batch/CronJob',
  'coordination.k8s.io/Lease',
  'discovery.k8s.io/EndpointSlice',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttributesClass',
]);

/** Whether a kind's objects can be anything but healthy. */
export const hasHealth = ({ group, kind }: { group: string; kind: string }) => !stateless.has(`${group}/${kind}`);

/** How a live object stands, by the rule of its kind. */
export function judge(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return terminating('it is being deleted');
  if (!isObserved(object)) return progressing('its controller has not seen the newest version yet');
  return (rules[`${groupOf(object.apiVersion)}/${object.kind}`] ?? generic)(object);
}
