import type { KubernetesObject } from '../../shared/manifests/object.ts';

/** One field that Git says, and another value for it. */
export type ByHand = { object: KubernetesObject; path: string[]; original: unknown; changed: unknown };

const byHand = 'changed-by-hand';

/** Chooses what to change: a count of replicas, a ConfigMap's entry, or else a label or an annotation; nothing that can't be undone. */
export function changeOf(objects: readonly KubernetesObject[]): ByHand | undefined {
  const candidates = [...objects.flatMap(replicas), ...objects.flatMap(entry), ...objects.flatMap(note)];
  return candidates[0];
}

function replicas(object: KubernetesObject): ByHand[] {
  const count = (object.spec as { replicas?: unknown } | undefined)?.replicas;
  if (object.kind !== 'Deployment' || typeof count !== 'number') return [];
  return [{ object, path: ['spec', 'replicas'], original: count, changed: count + 1 }];
}

function entry(object: KubernetesObject): ByHand[] {
  return object.kind === 'ConfigMap' ? firstText(object, ['data'], object.data) : [];
}

/** Labels and annotations that controllers act on are left alone. */
function note(object: KubernetesObject): ByHand[] {
  if (!['Deployment', 'Service', 'ServiceAccount', 'StatefulSet', 'CronJob'].includes(object.kind)) return [];
  const { labels, annotations } = object.metadata;
  return [
    ...firstText(object, ['metadata', 'labels'], labels),
    ...firstText(object, ['metadata', 'annotations'], annotations),
  ];
}

function firstText(object: KubernetesObject, path: string[], values: unknown): ByHand[] {
  const [first] = Object.entries((values as Record<string, unknown> | undefined) ?? {});
  if (first === undefined || typeof first[1] !== 'string') return [];
  return [{ object, path: [...path, first[0]], original: first[1], changed: byHand }];
}
