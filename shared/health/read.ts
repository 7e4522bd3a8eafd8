import type { KubernetesObject } from '../manifests/object.ts';

/** The value at a path such as `status.replicas`, whatever the object is. */
export function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      object,
    );
}

/** A number at a path. What is absent from a status is 0. */
export function numberAt(object: unknown, path: string, absent = 0): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : absent;
}

export function textAt(object: unknown, path: string): string {
  const value = valueAt(object, path);
  return typeof value === 'string' ? value : '';
}

export function listAt(object: unknown, path: string): unknown[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : [];
}

export type Condition = {
  type: string;
  status: string;
  reason: string;
  message: string;
  /** Of the object that it speaks of, where it says so. */
  observedGeneration: number | undefined;
};

export function conditionOf(object: unknown, type: string): Condition | undefined {
  const found = listAt(object, 'status.conditions').find((condition) => textAt(condition, 'type') === type);
  return found === undefined
    ? undefined
    : {
        type,
        status: textAt(found, 'status'),
        reason: textAt(found, 'reason'),
        message: textAt(found, 'message'),
        observedGeneration: numberAt(found, 'observedGeneration', Number.NaN) || undefined,
      };
}

/** `Reason: message`, with what there is of both. */
export const describeCondition = ({ type, reason, message }: Condition) =>
  [reason || type, message].filter((part) => part !== '').join(': ');

/** Whether the controller has seen the newest spec. Kinds that don't say so are taken to have. */
export function isObserved(object: KubernetesObject): boolean {
  const generation = numberAt(object, 'metadata.generation');
  return numberAt(object, 'status.observedGeneration', generation) >= generation;
}
