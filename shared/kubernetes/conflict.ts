import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { managerPrefix } from './names.ts';
import { isUndone } from './ownership.ts';

/** Another manager owns this field with another value. `field` is a path as the API server writes it: `.spec.replicas`. */
export type FieldConflict = { manager: string; field: string };

export type ConflictPolicy = 'force' | 'yield' | 'fail';

export type ConflictDecision =
  | { do: 'force' }
  /** Leave `fields` to their owners; `force` if there are others to take over. */
  | { do: 'yield'; fields: string[]; force: boolean }
  | { do: 'refuse'; message: string };

/**
 * What to do about a conflict. What a person did by `kubectl` is always taken back, what another application of ours owns is never
 * taken; anybody else's field is a matter of policy.
 */
export function decideConflict(conflicts: readonly FieldConflict[], policy: ConflictPolicy): ConflictDecision {
  const applications = conflicts.filter(({ manager }) => manager.startsWith(managerPrefix));
  if (applications.length > 0) return { do: 'refuse', message: claimedTwice(applications) };
  const others = conflicts.filter(({ manager }) => !isUndone(manager));
  if (others.length === 0 || policy === 'force') return { do: 'force' };
  if (policy === 'yield')
    return {
      do: 'yield',
      fields: [...new Set(others.map(({ field }) => field))],
      force: others.length < conflicts.length,
    };
  return { do: 'refuse', message: ownedByOthers(others) };
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
 * A copy of the object without one field. The API server doesn't quote names in its paths, so the object itself says where a name
 * with a dot ends: the longest name that fits is taken.
 *
 * @param path e.g. `.spec.replicas`, `.spec.template.spec.containers[name="web"].image`, `.metadata.annotations.example.org/a.b`
 */
export function withoutField(object: KubernetesObject, path: string): KubernetesObject {
  return remove(object, path) as KubernetesObject;
}

function remove(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return removeFromList(value, path);
  if (!isPlainObject(value) || !path.startsWith('.')) return value;
  const key = longestKey(Object.keys(value), path.slice(1));
  if (key === undefined) return value;
  const rest = path.slice(1 + key.length);
  const { [key]: found, ...others } = value;
  return rest === '' ? others : { ...others, [key]: remove(found, rest) };
}

function longestKey(keys: readonly string[], path: string): string | undefined {
  const fitting = keys.filter((key) => path.startsWith(key) && ['', '.', '['].includes(path.charAt(key.length)));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

function removeFromList(items: readonly unknown[], path: string): unknown[] {
  const [selector = '', rest = ''] = splitSelector(path);
  const index = items.findIndex((item, position) => isSelected(item, position, selector));
  if (index < 0) return [...items];
  return rest === '' ? items.toSpliced(index, 1) : items.toSpliced(index, 1, remove(items[index], rest));
}

/** `[name="a]b"].image` → `name="a]b"` and `.image`. */
function splitSelector(path: string): string[] {
  const match = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\](.*)$/s.exec(path);
  return match === null ? [] : match.slice(1);
}

function isSelected(item: unknown, position: number, selector: string): boolean {
  if (/^\d+$/.test(selector)) return position === Number(selector);
  if (selector.startsWith('=')) return JSON.stringify(item) === selector.slice(1);
  const pairs = [...selector.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)];
  return isPlainObject(item) && pairs.every(([, key = '', json = '']) => matches(item[key], json));
}

/** The API server adds the protocol to the keys of a port that doesn't name one. */
const matches = (found: unknown, json: string) => found === undefined || JSON.stringify(found) === json;
