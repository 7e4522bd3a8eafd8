import type { FieldSet } from '../../shared/kubernetes/field-set.ts';
import type { LiveObject, ManagedFields } from '../../shared/kubernetes/live-object.ts';

/**
 * Server-side apply, roughly: maps are merged, lists of named items by their names, all other lists are one value.
 * What the real one does beyond that (schemas, defaults, conversion) is tried on the real one.
 */

type Json = Record<string, unknown>;
type Leaf = { path: string[]; value: unknown };

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamedList = (value: unknown): value is (Json & { name: string })[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isMap(item) && typeof item.name === 'string');

const unmanaged = new Set(['f:apiVersion', 'f:kind', 'f:metadata f:name', 'f:metadata f:namespace', 'f:status']);

/** Every value that somebody can own, with its path in `managedFields`' words. */
function leavesOf(object: unknown): Leaf[] {
  return leavesBelow(object, []).filter(
    ({ path }) => !unmanaged.has(path[0] ?? '') && !unmanaged.has(path.slice(0, 2).join(' ')),
  );
}

function leavesBelow(value: unknown, path: string[]): Leaf[] {
  if (isMap(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, below]) => leavesBelow(below, [...path, `f:${key}`]));
  if (isNamedList(value))
    return value.flatMap((item) => {
      const place = [...path, `k:${JSON.stringify({ name: item.name })}`];
      return [{ path: [...place, '.'], value: item.name }, ...leavesBelow(item, place)];
    });
  return [{ path, value }];
}

const keyOf = (path: string[]) => path.join('\n');
const pathOf = (key: string) => key.split('\n');

function setOf(keys: Iterable<string>): FieldSet {
  const root: FieldSet = {};
  for (const key of keys) {
    let set = root;
    for (const part of pathOf(key)) {
      const next = set[part] ?? {};
      set[part] = next;
      set = next;
    }
  }
  return root;
}

function keysOf(set: FieldSet, path: string[] = []): string[] {
  return Object.entries(set).flatMap(([part, below]) =>
    Object.keys(below).length === 0 ? [keyOf([...path, part])] : keysOf(below, [...path, part]),
  );
}

function get(value: unknown, [part, ...rest]: string[]): unknown {
  if (part === undefined) return value;
  if (part === '.') return isMap(value) ? value.name : undefined;
  return get(below(value, part), rest);
}

function below(value: unknown, part: string): unknown {
  if (part.startsWith('f:')) return isMap(value) ? value[part.slice(2)] : undefined;
  const { name } = JSON.parse(part.slice(2));
  return Array.isArray(value) ? value.find((item) => item.name === name) : undefined;
}

/** Sets one value; containers on the way are made. */
function set(container: Json, [part = '', ...rest]: string[], value: unknown): void {
  const field = part.slice(2);
  if (rest.length === 0) container[field] = value;
  else if (rest[0]?.startsWith('k:')) setItem(container, field, rest, value);
  else set(ensure(container, field, {}) as Json, rest, value);
}

function ensure(container: Json, field: string, empty: unknown): unknown {
  container[field] ??= empty;
  return container[field];
}

function setItem(container: Json, field: string, [key = '', ...rest]: string[], value: unknown): void {
  const items = ensure(container, field, []) as Json[];
  const { name } = JSON.parse(key.slice(2));
  let item = items.find((each) => each.name === name);
  if (item === undefined) {
    item = { name };
    items.push(item);
  }
  if (rest[0] !== '.') set(item, rest, value);
}

/** Removes one value, and the containers that are empty then. An item goes with its marker. */
function unset(container: unknown, [part = '', ...rest]: string[]): void {
  if (part.startsWith('k:') && rest[0] === '.') {
    const items = container as Json[];
    items.splice(items.indexOf(below(items, part) as Json), 1);
    return;
  }
  // An item is found by its name, so the name goes with the marker.
  if (part.startsWith('k:') && rest[0] === 'f:name') return;
  const next = below(container, part);
  if (rest.length > 0) unset(next, rest);
  const isEmpty =
    rest.length === 0 || (isMap(next) && Object.keys(next).length === 0) || (Array.isArray(next) && next.length === 0);
  if (isEmpty && isMap(container)) delete container[part.slice(2)];
}

export type ApplyConflict = { manager: string; field: string; subresource?: string };

/** Applies `desired` to a copy of `live`. Conflicts are returned instead, unless forced. */
export function applyTo(
  live: LiveObject,
  desired: Json,
  manager: string,
  force: boolean,
): LiveObject | ApplyConflict[] {
  const object = structuredClone(live);
  const entries = object.metadata.managedFields ?? [];
  const wanted = new Map(leavesOf(desired).map(({ path, value }) => [keyOf(path), value]));
  const isOurs = (entry: ManagedFields) => entry.manager === manager && entry.operation === 'Apply';
  const others = entries.filter((entry) => !isOurs(entry));
  const conflicts = others.flatMap((entry) =>
    keysOf(entry.fieldsV1 ?? {})
      .filter((key) => wanted.has(key) && JSON.stringify(get(object, pathOf(key))) !== JSON.stringify(wanted.get(key)))
      .map((key) => ({ manager: entry.manager ?? '', subresource: entry.subresource, key })),
  );
  if (conflicts.length > 0 && !force)
    return conflicts.map(({ manager: owner, subresource, key }) => {
      const field = printPath(pathOf(key));
      return { manager: owner, field, ...(subresource !== undefined && { subresource }) };
    });
  for (const { key } of conflicts) disown(others, key);
  const before = keysOf(entries.find(isOurs)?.fieldsV1 ?? {});
  const held = new Set(others.flatMap((entry) => keysOf(entry.fieldsV1 ?? {})));
  // The fields of an item come before its marker.
  const going = before.filter((key) => !wanted.has(key) && !held.has(key)).sort((a, b) => rank(a) - rank(b));
  for (const key of going) if (get(object, pathOf(key)) !== undefined) unset(object, pathOf(key));
  for (const [key, value] of wanted) set(object as Json, pathOf(key), structuredClone(value));
  const ours = entries.find(isOurs) ?? newEntry(manager, 'Apply', object.apiVersion);
  object.metadata.managedFields = [...others.filter(ownsSomething), { ...ours, fieldsV1: setOf(wanted.keys()) }];
  return object;
}

const rank = (key: string) => (key.endsWith('\n.') ? 1 : 0);

/** Writes like `kubectl edit`: whatever changed belongs to that manager from now on. */
export function updateTo(
  live: LiveObject,
  change: (object: LiveObject) => void,
  manager: string,
  subresource?: string,
): LiveObject {
  const object = structuredClone(live);
  change(object);
  const entries = object.metadata.managedFields ?? [];
  const before = new Map(withoutManagedFields(live).map(({ path, value }) => [keyOf(path), JSON.stringify(value)]));
  const after = new Map(withoutManagedFields(object).map(({ path, value }) => [keyOf(path), JSON.stringify(value)]));
  const changed = [...after].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
  for (const key of [...changed, ...[...before.keys()].filter((key) => !after.has(key))]) disown(entries, key);
  const isTheirs = (entry: ManagedFields) =>
    entry.manager === manager && entry.operation === 'Update' && entry.subresource === subresource;
  const blank = {
    ...newEntry(manager, 'Update', object.apiVersion),
    ...(subresource !== undefined && { subresource }),
  };
  const theirs = entries.find(isTheirs) ?? blank;
  const keys = [...keysOf(theirs.fieldsV1 ?? {}), ...changed];
  const rest = entries.filter((entry) => !isTheirs(entry) && ownsSomething(entry));
  object.metadata.managedFields = keys.length === 0 ? rest : [...rest, { ...theirs, fieldsV1: setOf(keys) }];
  return object;
}

function withoutManagedFields(object: LiveObject): Leaf[] {
  const { managedFields: _, uid: _u, resourceVersion: _r, generation: _g, ...metadata } = object.metadata;
  return leavesOf({ ...object, metadata });
}

const newEntry = (manager: string, operation: string, apiVersion: string): ManagedFields => ({
  manager,
  operation,
  apiVersion,
  fieldsType: 'FieldsV1',
  fieldsV1: {},
});

const ownsSomething = ({ fieldsV1 = {} }: ManagedFields) => Object.keys(fieldsV1).length > 0;

function disown(entries: ManagedFields[], key: string): void {
  for (const entry of entries) entry.fieldsV1 = setOf(keysOf(entry.fieldsV1 ?? {}).filter((each) => each !== key));
}

/** As the API server names fields in conflicts: `.spec.containers[name="web"].image`. */
function printPath(path: string[]): string {
  return path
    .map((part) => {
      if (part.startsWith('f:')) return `.${part.slice(2)}`;
      return part === '.' ? '' : `[name=${JSON.stringify(JSON.parse(part.slice(2)).name)}]`;
    })
    .join('');
}
