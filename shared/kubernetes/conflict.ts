import type { KubernetesObject } from '../manifests/object.ts';
import { isUndone } from './additions.ts';
import { readFieldPath, withoutPath } from './field-path.ts';
import { managerPrefix } from './names.ts';

/**
 * Another manager owns this field with another value. `field` is a path as the API server writes it: `.spec.replicas`. `subresource` is
 * the one through which it was written, if any: autoscalers use `scale`.
 */
export type FieldConflict = { manager: string; field: string; subresource?: string };

export type ConflictPolicy = 'force' | 'yield' | 'fail';

export type ConflictDecision =
  | { do: 'force' }
  /** Leave `fields` to their owners; `force` if there are others to take over. */
  | { do: 'yield'; fields: string[]; force: boolean }
  | { do: 'refuse'; message: string };

export type ConflictRules = {
  policy: ConflictPolicy;
  /** Fields that are left to whoever has them, whatever the policy. Default: none. */
  isLeft?: (conflict: FieldConflict) => boolean;
  /** Fields that are taken, whatever the policy. Default: what people do by `kubectl`. */
  isTaken?: (conflict: FieldConflict) => boolean;
};

/** What to do about a conflict. What another application of ours owns is never taken; anybody else's field is a matter of the rules. */
export function decideConflict(conflicts: readonly FieldConflict[], rules: ConflictRules): ConflictDecision {
  const { policy, isLeft = () => false, isTaken = ({ manager }) => isUndone(manager) } = rules;
  const applications = conflicts.filter(({ manager }) => manager.startsWith(managerPrefix));
  if (applications.length > 0) return { do: 'refuse', message: claimedTwice(applications) };
  const left = conflicts.filter(isLeft);
  const others = conflicts.filter((conflict) => !isLeft(conflict) && !isTaken(conflict));
  if (others.length > 0 && policy === 'fail') return { do: 'refuse', message: ownedByOthers(others) };
  const yielded = policy === 'yield' ? [...left, ...others] : left;
  if (yielded.length === 0) return { do: 'force' };
  const fields = [...new Set(yielded.map(({ field }) => field))];
  return { do: 'yield', fields, force: conflicts.some(({ field }) => !fields.includes(field)) };
}

function claimedTwice(conflicts: readonly FieldConflict[]): string {
  const owners = [...new Set(conflicts.map(({ manager }) => manager.slice(managerPrefix.length)))];
  return `belongs to the application ${owners.join(' and ')} (it owns ${fieldList(conflicts)}); an object can belong to one application only, so remove it from one of them`;
}

function ownedByOthers(conflicts: readonly FieldConflict[]): string {
  const byManager = Map.groupBy(conflicts, ({ manager }) => manager);
  const owners = [...byManager].map(([manager, fields]) => `${fieldList(fields)} to "${manager}"`);
  return `another field manager owns fields that Git sets: ${owners.join('; ')}. Remove them from Git, or set "conflicts" to "force" (take them over) or "yield" (leave them)`;
}

const fieldList = (conflicts: readonly FieldConflict[]) => conflicts.map(({ field }) => field).join(', ');

/**
 * A copy of the object without one field.
 *
 * @param path as the API server writes it, e.g. `.spec.replicas`
 */
export function withoutField(object: KubernetesObject, path: string): KubernetesObject {
  const found = readFieldPath(object, path);
  return found === undefined ? object : (withoutPath(object, found) as KubernetesObject);
}
