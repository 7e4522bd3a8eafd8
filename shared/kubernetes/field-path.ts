import { isPlainObject } from '../manifests/canonical.ts';

/** Where a value stands in an object: the names of fields, and the indexes of items. */
export type FieldPath = readonly (string | number)[];

/**
 * Reads a path as the API server writes it in conflicts: `.spec.replicas`, `.spec.template.spec.containers[name="web"].image`,
 * `.metadata.annotations.example.org/a.b`. Names aren't quoted there, so the object itself says where a name with a dot ends: the longest
 * name that fits is taken.
 *
 * @returns undefined if the object has no such field
 */
export function readFieldPath(object: unknown, path: string): FieldPath | undefined {
  if (path === '') return [];
  const step = Array.isArray(object) ? itemOf(object, path) : fieldOf(object, path);
  if (step === undefined) return undefined;
  const below = readFieldPath((object as Record<string | number, unknown>)[step.part], step.rest);
  return below && [step.part, ...below];
}

type Step = { part: string | number; rest: string };

function fieldOf(value: unknown, path: string): Step | undefined {
  if (!isPlainObject(value) || !path.startsWith('.')) return undefined;
  const fits = (key: string) => path.startsWith(key, 1) && ['', '.', '['].includes(path.charAt(1 + key.length));
  const [part] = Object.keys(value)
    .filter(fits)
    .sort((a, b) => b.length - a.length);
  return part === undefined ? undefined : { part, rest: path.slice(1 + part.length) };
}

/** `[name="a]b"].image` → `name="a]b"` and `.image`. */
function itemOf(items: readonly unknown[], path: string): Step | undefined {
  const [, selector = '', rest = ''] = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\](.*)$/s.exec(path) ?? [];
  const part = items.findIndex((item, position) => isSelected(item, position, selector));
  return part < 0 ? undefined : { part, rest };
}

function isSelected(item: unknown, position: number, selector: string): boolean {
  if (/^\d+$/.test(selector)) return position === Number(selector);
  if (selector.startsWith('=')) return JSON.stringify(item) === selector.slice(1);
  const pairs = [...selector.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)];
  return isPlainObject(item) && pairs.every(([, key = '', json = '']) => matches(item[key], json));
}

/** The API server adds the protocol to the keys of a port that doesn't name one. */
const matches = (found: unknown, json: string) => found === undefined || JSON.stringify(found) === json;

/** What stands at a path. */
export const valueAtPath = (value: unknown, path: FieldPath): unknown =>
  path.reduce<unknown>((holder, part) => (holder as Record<string | number, unknown> | undefined)?.[part], value);

/** A copy of the value without what stands at a path. */
export function withoutPath(value: unknown, [part, ...below]: FieldPath): unknown {
  if (part === undefined || typeof value !== 'object' || value === null) return value;
  const inside = () => withoutPath((value as Record<string | number, unknown>)[part], below);
  if (Array.isArray(value)) return value.toSpliced(Number(part), 1, ...(below.length === 0 ? [] : [inside()]));
  const { [part]: _, ...others } = value as Record<string, unknown>;
  return below.length === 0 ? others : { ...value, [part]: inside() };
}

/** The parts of a JSON Pointer. `*` stands for any name or index. @see https://www.rfc-editor.org/rfc/rfc6901 */
export const pointerParts = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

export const matchesPart = (part: string | number, wanted: string | undefined) =>
  wanted === '*' || wanted === String(part);

/** Whether a path is, or lies below, what one of the JSON Pointers names. */
export const isCovered = (path: FieldPath, pointers: readonly string[]): boolean =>
  pointers.map(pointerParts).some((parts) => {
    const isAbove = parts.length <= path.length;
    return isAbove && parts.every((wanted, position) => matchesPart(path[position] ?? '', wanted));
  });
