/**
 * The order in which kinds are applied: what others need comes first. All objects of one stage are applied side by side.
 * Pruning goes through the stages backwards.
 */
const stages: readonly (readonly string[])[] = [
  ['CustomResourceDefinition', 'Namespace'],
  [
    'PriorityClass',
    'StorageClass',
    'VolumeSnapshotClass',
    'IngressClass',
    'RuntimeClass',
    'GatewayClass',
    'ResourceQuota',
    'LimitRange',
    'NetworkPolicy',
    'ServiceAccount',
    'Role',
    'ClusterRole',
  ],
  ['RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret', 'PersistentVolume', 'PersistentVolumeClaim'],
  ['Service', 'Endpoints', 'EndpointSlice'],
];

/** Everything that no other stage names: workloads, custom resources, Ingresses, autoscalers. */
const workloads = stages.length;

/** These can refuse or break what other objects need, so they come when everything else stands. */
const last = new Set([
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

const stageByKind = new Map(stages.flatMap((kinds, stage) => kinds.map((kind) => [kind, stage] as const)));

/** CRDs and Namespaces: they are awaited before the next stage begins. */
export const definitionStage = 0;

/** The stage of an object, from 0. A custom resource that shares a built-in kind's name is a custom resource. */
export function stageOf({ group, kind }: { group: string; kind: string }): number {
  if (!isBuiltIn(group)) return workloads;
  if (last.has(kind)) return workloads + 1;
  return stageByKind.get(kind) ?? workloads;
}

type Ordered = { group: string; kind: string; wave?: number | undefined };

/** The wave that an object really goes with. CRDs and Namespaces that say nothing come before all others. */
export const waveOf = ({ wave = 0, ...kind }: Ordered) =>
  wave === 0 && stageOf(kind) === definitionStage ? Number.NEGATIVE_INFINITY : wave;

/** An object's place in the whole order: stage after stage, within wave after wave. */
export const placeOf = (object: Ordered) => waveOf(object) * (workloads + 2) + stageOf(object);

export const isBuiltIn = (group: string) => !group.includes('.') || group.endsWith('.k8s.io');

/** The items of each stage that has any, in order. */
export function inStages<Item>(items: readonly Item[], stage: (item: Item) => number): Item[][] {
  const byStage = Map.groupBy(items, stage);
  return [...byStage.keys()].sort((a, b) => a - b).map((key) => byStage.get(key) ?? []);
}
