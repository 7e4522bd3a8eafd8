import { canonicalJson, isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { joinField } from './field-set.ts';

/** One field that differs. Values are already fit to be shown: short, and masked where the object is a Secret. */
export type Difference = { field: string; from: string; to: string };

/** How a field is shown that one side doesn't have. */
export const absent = '(absent)';

/** What the API server and its controllers keep for themselves. */
const bookkeeping = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'];

/** A step into an object: a field, an item by its place, or one by its name. */
export type Part = string | number | { name: string };

/** The same, with the way to it. */
export type Change = Difference & { path: readonly Part[] };

/**
 * The differences between two states of one object, field by field, without the status and the server's bookkeeping.
 * Lists of named items (containers, ports, variables) are compared by name. A Secret's values are never shown.
 */
export const differences = (before: KubernetesObject, after: KubernetesObject): Difference[] =>
  changes(before, after).map(({ path: _, ...difference }) => difference);

export function changes(before: KubernetesObject, after: KubernetesObject): Change[] {
  const show = before.kind === 'Secret' ? masked : shown;
  return compare(withoutBookkeeping(before), withoutBookkeeping(after), []).map(({ path, from, to }) => {
    const field = printPath(path);
    return { field, path, ...show(field, from, to) };
  });
}

function printPath(path: readonly Part[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'string') return joinField(text, part);
    return `${text}[${typeof part === 'number' ? part : `name=${part.name}`}]`;
  }, '');
}

/** How one value of an object may be shown. */
export const showValue = (object: KubernetesObject, field: string, value: unknown): string =>
  object.kind === 'Secret' && isSecretField(field) ? '(masked)' : showText(value);

type Found = { path: readonly Part[]; from: unknown; to: unknown };

function compare(from: unknown, to: unknown, path: readonly Part[]): Found[] {
  if (isPlainObject(from) && isPlainObject(to)) return compareFields(from, to, (key) => [...path, key]);
  if (Array.isArray(from) && Array.isArray(to)) {
    const [left, right] = [byName(from), byName(to)];
    if (left !== undefined && right !== undefined) return compareFields(left, right, (name) => [...path, { name }]);
    if (from.length === to.length) return from.flatMap((item, i) => compare(item, to[i], [...path, i]));
  }
  return canonicalJson(from) === canonicalJson(to) ? [] : [{ path, from, to }];
}

function compareFields(from: Record<string, unknown>, to: Record<string, unknown>, below: (key: string) => Part[]) {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key): Found[] => compare(from[key], to[key], below(key)));
}

/** The items by their names, if all have different ones. */
function byName(items: readonly unknown[]): Record<string, unknown> | undefined {
  const named = items.filter((item) => isPlainObject(item) && typeof item.name === 'string') as { name: string }[];
  const entries = named.map((item) => [item.name, item] as const);
  return new Set(entries.map(([name]) => name)).size === items.length ? Object.fromEntries(entries) : undefined;
}

function withoutBookkeeping({ status: _, ...object }: KubernetesObject): Record<string, unknown> {
  const metadata = Object.entries(object.metadata).filter(([key]) => !bookkeeping.includes(key));
  return { ...object, metadata: Object.fromEntries(metadata) };
}

/** Where both are long, what they begin with alike is left out but for a little, so that what differs is seen. */
function shown(_field: string, from: unknown, to: unknown) {
  const [before, after] = [textOf(from), textOf(to)];
  const isLong = Math.max(before.length, after.length) > longest;
  const skipped = isLong ? Math.max(0, commonStart(before, after) - leadIn) : 0;
  return { from: cut(before, skipped), to: cut(after, skipped) };
}

function masked(field: string, from: unknown, to: unknown) {
  if (!isSecretField(field)) return shown(field, from, to);
  const mask = (value: unknown, text: string) => (value === undefined ? showText(value) : text);
  return { from: mask(from, '(masked)'), to: mask(to, '(masked, different)') };
}

/** Only what can't hold a value is shown: the object's type, names and labels. `kubectl apply` keeps a copy of `data` in an annotation. */
const isSecretField = (field: string) => !/^(type$|immutable$|metadata\.labels|metadata\.name)/.test(field);

const longest = 120;
const leadIn = 20;

const showText = (value: unknown) => cut(textOf(value), 0);

const textOf = (value: unknown) => (value === undefined ? absent : JSON.stringify(value));

function cut(text: string, skipped: number): string {
  const rest = skipped === 0 ? text : `…${text.slice(skipped)}`;
  return rest.length > longest ? `${rest.slice(0, longest - 1)}…` : rest;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
