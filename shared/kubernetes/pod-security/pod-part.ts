import { listAt, textAt, valueAt } from '../../health/read.ts';
import type { KubernetesObject } from '../../manifests/object.ts';
import type { PodFault } from './level.ts';

/** A part of an object that holds pods, with the way to it from the object's root. */
export type Part = { path: string; value: unknown };

/** A pod as it stands in an object: its own metadata and its spec. */
export type PodTemplate = { metadata: Part; spec: Part };

export const below = ({ path, value }: Part, field: string): Part => ({
  path: `${path}.${field}`,
  value: valueAt(value, field),
});

export const itemsOf = (part: Part, field: string): Part[] =>
  listAt(part.value, field).map((value, index) => ({ path: `${part.path}.${field}[${index}]`, value }));

/** Of all three kinds. */
export const containersOf = (spec: Part): Part[] =>
  ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) => itemsOf(spec, field));

/** The pod's own security context, and those of its containers. */
export const contextsOf = (spec: Part): Part[] =>
  [spec, ...containersOf(spec)].map((each) => below(each, 'securityContext'));

export const isWindows = ({ value }: Part) => textAt(value, 'os.name') === 'windows';

/** The pod has users of its own, so that its root is nobody on the node. */
export const hasOwnUsers = ({ value }: Part) => valueAt(value, 'hostUsers') === false;

export const fault = ({ path, value }: Part, accepted: string): PodFault => ({
  field: path,
  found: value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing').slice(0, 100),
  accepted,
});

/** Where the pods of built-in kinds stand. Pods that custom resources lead to are the API server's to judge. */
const templates: Record<string, string> = {
  'v1 Pod': '',
  'v1 PodTemplate': 'template',
  'v1 ReplicationController': 'spec.template',
  'apps Deployment': 'spec.template',
  'apps ReplicaSet': 'spec.template',
  'apps StatefulSet': 'spec.template',
  'apps DaemonSet': 'spec.template',
  'batch Job': 'spec.template',
  'batch CronJob': 'spec.jobTemplate.spec.template',
};

/** The pods that an object makes; none for kinds that make none. */
export function podTemplateOf(object: KubernetesObject): PodTemplate | undefined {
  const [groupOrVersion = ''] = object.apiVersion.split('/');
  const path = templates[`${groupOrVersion} ${object.kind}`];
  if (path === undefined) return undefined;
  const at = (field: string): Part => {
    const whole = path === '' ? field : `${path}.${field}`;
    return { path: whole, value: valueAt(object, whole) };
  };
  return { metadata: at('metadata'), spec: at('spec') };
}
