import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { divide, withLiveParts } from './covered.ts';
import { pointerParts } from './field-path.ts';
import { child, type FieldSet, isWhole, omit, subtract, union } from './field-set.ts';
import type { LiveObject } from './live-object.ts';
import { fieldsOwnedBy, fieldsOwnedByOthers } from './ownership.ts';

/**
 * What to send of an object of which some fields are ignored: those that somebody else owns, too, are left out, and we give them up.
 * Those that only we own are sent as they stand, whatever Git says of them: without any owner they would fall to their defaults. Those
 * that nobody owns are sent as Git says.
 *
 * @param pointers JSON Pointers of the ignored fields
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export function handOver(
  desired: KubernetesObject,
  live: LiveObject,
  manager: string,
  pointers: readonly string[],
): KubernetesObject {
  const owned = [fieldsOwnedBy(live, manager), fieldsOwnedByOthers(live, manager)] as const;
  const [ours, theirs] = owned.map((set) => divide(set, live, pointers).covered);
  const left = omit(desired, theirs ?? {});
  const kept = put(left, subtract(ours ?? {}, theirs ?? {}), live);
  return withLiveParts(kept, live, union(...owned), pointers.map(pointerParts)) as KubernetesObject;
}

/** The value with the fields of a set as they stand in `live`. An item that the value lacks is added only if the set has it as a whole. */
function put(value: unknown, set: FieldSet, live: unknown): unknown {
  return Object.entries(set).reduce((result, [key, below]) => putOne(result, key, below, live), value);
}

function putOne(container: unknown, key: string, below: FieldSet, live: unknown): unknown {
  const [mine, theirs] = [child(container, key), child(live, key)];
  const isMissingItem = mine === undefined && key.startsWith('k:') && !Object.hasOwn(below, '.');
  if (theirs === undefined || isMissingItem) return container;
  const next = isWhole(below) ? theirs : put(mine ?? blank(key, theirs), below, theirs);
  if (mine === undefined && isEmpty(next)) return container;
  if (!Array.isArray(container)) return { ...(container as object), [key.slice(2)]: next };
  return mine === undefined ? [...container, next] : container.map((item) => (item === mine ? next : item));
}

function blank(key: string, like: unknown): unknown {
  if (key.startsWith('k:')) return JSON.parse(key.slice(2));
  return Array.isArray(like) ? [] : {};
}

const isEmpty = (value: unknown) => (isPlainObject(value) || Array.isArray(value)) && Object.keys(value).length === 0;
