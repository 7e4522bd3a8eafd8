import { canonicalJson, isPlainObject, sortedKeys } from '../manifests/canonical.ts';

/**
 * A set of fields as `managedFields` writes it: `f:name` is a field, `k:{…}` a list's item by its keys, `v:…` an item by its value,
 * `i:…` one by its index, and `.` the thing itself. An empty set below a key means the whole value there.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export type FieldSet = { [key: string]: FieldSet };

export const isWhole = (set: FieldSet) => Object.keys(set).length === 0;

/**
 * A text of the values that a set names: the same for the same values, another one for others. Fields that are not there are left out.
 * It is made for each object of each check, so nothing is copied, and keys, told apart by their length, are not quoted.
 */
export function pickedText(value: unknown, set: FieldSet): string | undefined {
  if (value === undefined) return undefined;
  const keys = sortedKeys(set);
  if (keys.length === 0) return canonicalJson(value);
  let fields = '';
  for (const key of keys) {
    const text = key === '.' ? undefined : pickedText(child(value, key), set[key] ?? {});
    if (text !== undefined) fields += `${key.length}${key}${text}`;
  }
  return `{${fields}}`;
}

/** The value with only the fields that a set names, in its own shape: lists stay lists, with the items that the set names. */
export function keep(value: unknown, set: FieldSet): unknown {
  if (isWhole(set)) return value;
  const named = Object.entries(set).filter(([key]) => key !== '.' && child(value, key) !== undefined);
  if (Array.isArray(value)) {
    const items = new Map(named.map(([key, below]) => [child(value, key), withKeysOfItem(below, key)]));
    return value.flatMap((item) => (items.has(item) ? [keep(item, items.get(item) ?? {})] : []));
  }
  return Object.fromEntries(named.map(([key, below]) => [key.slice(2), keep(child(value, key), below)]));
}

/** With the fields by which an item is told from its neighbours. */
function withKeysOfItem(set: FieldSet, key: string): FieldSet {
  if (isWhole(set)) return set;
  return { ...Object.fromEntries(keysOfItem(key).map((name) => [`f:${name}`, {}])), ...set };
}

/** The value without the fields that a set names, and without what is empty when they are gone. */
export function omit(value: unknown, set: FieldSet): unknown {
  return Object.entries(set).reduce((rest, [key, below]) => omitOne(rest, key, below), value);
}

function omitOne(value: unknown, key: string, below: FieldSet): unknown {
  const found = child(value, key);
  if (found === undefined) return value;
  const keys = keysOfItem(key);
  const left = isWhole(below) ? undefined : omit(found, without(below, keys));
  const isGone =
    left === undefined || (left !== found && isEmpty(left)) || (Object.hasOwn(below, '.') && hasOnly(left, keys));
  if (Array.isArray(value)) return value.flatMap((item) => (item !== found ? [item] : isGone ? [] : [left]));
  const { [key.slice(2)]: _, ...others } = value as Record<string, unknown>;
  return isGone ? others : { ...(value as object), [key.slice(2)]: left };
}

/** The names of the fields by which an item is told from its neighbours: they stay as long as anything of it does. */
const keysOfItem = (key: string) => (key.startsWith('k:') ? Object.keys(JSON.parse(key.slice(2)) as object) : []);

const without = (set: FieldSet, names: readonly string[]): FieldSet =>
  Object.fromEntries(Object.entries(set).filter(([key]) => !names.some((name) => key === `f:${name}`)));

const hasOnly = (value: unknown, names: readonly string[]) =>
  names.length > 0 && isPlainObject(value) && Object.keys(value).every((name) => names.includes(name));

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** The value below one key of a set. */
export function child(value: unknown, key: string): unknown {
  const name = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return isPlainObject(value) ? value[name] : undefined;
    case 'k:':
      return Array.isArray(value) ? findByKeys(value, name) : undefined;
    case 'v:':
      return Array.isArray(value) ? value.find((item) => JSON.stringify(item) === name) : undefined;
    case 'i:':
      return Array.isArray(value) ? value[Number(name)] : undefined;
    default:
      return undefined;
  }
}

/** Git need not say every key: the API server adds the protocol of a port. */
function findByKeys(items: readonly unknown[], json: string): unknown {
  const keys = Object.entries(JSON.parse(json) as Record<string, unknown>);
  return items.find((item) => hasAll(item, keys)) ?? items.find((item) => mayHaveAll(item, keys));
}

type Keys = readonly [string, unknown][];

const hasAll = (item: unknown, keys: Keys) =>
  isPlainObject(item) && keys.every(([name, value]) => item[name] === value);

const mayHaveAll = (item: unknown, keys: Keys) =>
  isPlainObject(item) &&
  keys.some(([name, value]) => item[name] === value) &&
  keys.every(([name, value]) => item[name] === value || item[name] === undefined);

/** Everything that is in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { ...a };
  for (const [key, below] of Object.entries(b)) {
    const mine = result[key];
    result[key] = mine === undefined ? below : isWhole(mine) || isWhole(below) ? {} : union(mine, below);
  }
  return result;
}

/** What only `a` has. A container's own marker (`.`) counts only where `b` has nothing of that container. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [key, below] of Object.entries(a)) {
    const other = b[key];
    if (other === undefined) {
      if (key !== '.') result[key] = below;
    } else if (!isWhole(below) && !isWhole(other)) {
      const rest = subtract(below, other);
      if (!isWhole(rest)) result[key] = rest;
    }
  }
  return result;
}

export type Field = { path: string; value: unknown };

/**
 * The fields of a set that `subtract` left, each as a path that people read and its value in `object`:
 * `spec.template.spec.containers[name=web].image`. A whole item or container is one field.
 */
export function fieldsOf(set: FieldSet, object: unknown, path = ''): Field[] {
  return Object.entries(set).flatMap(([key, below]): Field[] => {
    const value = child(object, key);
    const place = join(path, key);
    const whole = isWhole(below) || Object.hasOwn(below, '.');
    if (!whole) return fieldsOf(below, value, place);
    return value === undefined ? [] : [{ path: place, value }];
  });
}

function join(path: string, key: string): string {
  const name = key.slice(2);
  if (key.startsWith('f:')) return joinField(path, name);
  if (key.startsWith('i:')) return `${path}[${name}]`;
  if (key.startsWith('v:')) return `${path}[=${name}]`;
  const keys = Object.entries(JSON.parse(name) as Record<string, unknown>);
  return `${path}[${keys.map(([field, value]) => `${field}=${value}`).join(',')}]`;
}

/** `a.b`, and `a["b.c/d"]` where the name has a character that would read as a path. */
export function joinField(path: string, name: string): string {
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
