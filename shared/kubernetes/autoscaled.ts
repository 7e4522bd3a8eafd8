import { z } from 'zod';
import { groupOf, identityKey, type KubernetesObject } from '../manifests/object.ts';
import { isUndone } from './additions.ts';
import type { FieldConflict } from './conflict.ts';
import type { LiveObject } from './live-object.ts';
import type { ObjectPolicy } from './object-policy.ts';
import { fieldsOwnedBy } from './ownership.ts';

/** Replicas that an autoscaler sets, which are left to it. */

const replicas = '/spec/replicas';

const targetSchema = z.object({ apiVersion: z.string().optional(), kind: z.string().optional(), name: z.string() });
const autoscalerSchema = z.object({ spec: z.object({ scaleTargetRef: targetSchema }) });

/**
 * Kinds of autoscalers by their groups, and what they scale if they don't say it.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
 * @see https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref
 */
const autoscalers: Record<string, { apiVersion: string; kind: string }> = {
  'autoscaling/HorizontalPodAutoscaler': { apiVersion: '', kind: '' },
  'keda.sh/ScaledObject': { apiVersion: 'apps/v1', kind: 'Deployment' },
};

/**
 * The keys of what autoscalers among these objects scale.
 *
 * @param defaultNamespace of objects that name none
 */
export function autoscaledBy(objects: readonly KubernetesObject[], defaultNamespace = ''): Set<string> {
  return new Set(objects.flatMap((object) => targetOf(object, defaultNamespace) ?? []));
}

function targetOf(object: KubernetesObject, defaultNamespace: string): string | undefined {
  const defaults = autoscalers[`${groupOf(object.apiVersion)}/${object.kind}`];
  const target = defaults && autoscalerSchema.safeParse(object).data?.spec.scaleTargetRef;
  if (target === undefined) return undefined;
  const { apiVersion = defaults?.apiVersion ?? '', kind = defaults?.kind ?? '', name } = target;
  const namespace = object.metadata.namespace || defaultNamespace;
  return identityKey({ group: groupOf(apiVersion), kind, namespace, name });
}

/** Whether we said how many replicas an object has, and still do. */
export const ownsReplicas = (object: LiveObject, manager: string) =>
  fieldsOwnedBy(object, manager)['f:spec']?.['f:replicas'] !== undefined;

/** How an object is treated whose replicas an autoscaler sets. */
export const leavingReplicas = (policy: ObjectPolicy): ObjectPolicy =>
  policy.ignore.fields.includes(replicas)
    ? policy
    : { ...policy, ignore: { ...policy.ignore, fields: [...policy.ignore.fields, replicas] } };

/** Whether a conflict is with something that scales: only that writes replicas through this subresource. */
export const isScaling = ({ field, manager, subresource }: FieldConflict) =>
  field === '.spec.replicas' && subresource === 'scale' && !isUndone(manager);
