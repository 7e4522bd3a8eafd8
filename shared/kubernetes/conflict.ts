import type { KubernetesObject } from '../manifests/object.ts';
import { isUndone } from './additions.ts';
import { showValue } from './difference.ts';
import { readFieldPath, valueAtPath, withoutPath } from './field-path.ts';
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
  /** `conflicts`: the fields that speak against it, unless another application of ours does. */
  | { do: 'refuse'; message: string; conflicts: FieldConflict[] };

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
  if (applications.length > 0) return { do: 'refuse', message: claimedTwice(applications), conflicts: [] };
  const left = conflicts.filter(isLeft);
  const others = conflicts.filter((conflict) => !isLeft(conflict) && !isTaken(conflict));
  if (others.length > 0 && policy === 'fail')
    return { do: 'refuse', message: ownedByOthers(others), conflicts: others };
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
  return `another field manager owns fields that Git sets: ${owners.join('; ')}. ${remedy}`;
}

/** A conflict with both values, as they may be shown. */
export type ConflictReport = FieldConflict & { ours: string; theirs: string };

/** @param live as it stands in the cluster, where it could be read */
export function reportConflicts(
  conflicts: readonly FieldConflict[],
  object: KubernetesObject,
  live: KubernetesObject | undefined,
): ConflictReport[] {
  const show = (holder: KubernetesObject, { field }: FieldConflict) => {
    const path = readFieldPath(holder, field);
    return showValue(holder, withoutDot(field), path && valueAtPath(holder, path));
  };
  return conflicts.map((conflict) => ({
    ...conflict,
    ours: show(object, conflict),
    theirs: live === undefined ? '(not known)' : show(live, conflict),
  }));
}

/** One conflict, for people; its field is told beside it. */
export const describeConflict = ({ manager, ours, theirs }: ConflictReport) =>
  `Git has ${ours}, "${manager}" has ${theirs}. Remove it from Git, or set "conflicts" to "force" (take it over) or "yield" (leave it)`;

/** All of an object's conflicts in one sentence. */
export function describeConflicts(reports: readonly ConflictReport[]): string {
  const fields = reports.map(({ field, manager, ours, theirs }) => {
    return `${withoutDot(field)} (Git has ${ours}, "${manager}" has ${theirs})`;
  });
  return `another field manager owns fields that Git sets: ${fields.join(', ')}. ${remedy}`;
}

/** `spec.replicas`, as people write it. */
export const withoutDot = (field: string) => field.replace(/^\./, '');

const remedy = 'Remove them from Git, or set "conflicts" to "force" (take them over) or "yield" (leave them)';

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
