import { fieldName } from '../../../shared/config/issues.ts';
import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { Problem } from '../../../shared/problem.ts';
import { isTemplate } from '../../../shared/variables/template.ts';
import { mayBeTyped, plainSource, takesTextOnly } from './scalar.ts';
import { isLeftAlone, type Substitution } from './substitution.ts';

type Path = readonly (string | number)[];

/** What a renderer's output doesn't say and its sources do. */
export type Sources = {
  /** The kustomization that is to blame where nothing closer is known. */
  file: string;
  /** Whether a text stands in quotes where a field of this name has it. */
  isQuoted(field: string, text: string): boolean;
  /** Where an expression stands that an object has in a field; of several places the likeliest. */
  placeOf(expression: string, user: User): Pick<Problem, 'file' | 'line'> | undefined;
};

/** An object, and the last part of a field in it, as they were built. */
export type User = { kind: unknown; name: string; field: string };

type Ways = {
  substitute: Substitution;
  sources: Sources;
  /** What Go's tools make of a scalar that is written without quotes, such as `3` or `no`. */
  read(source: string): unknown;
};

/**
 * Puts variables into an object, keys too. A text that is nothing but `${…}` gets the type that YAML gives to its value, unless it was in
 * quotes or its place takes text only.
 */
export function substituteObject(object: unknown, ways: Ways): { object: unknown; problems: Problem[] } {
  if (!isPlainObject(object) || asksToBeLeftAlone(object)) return { object, problems: [] };
  const walk: Walk = { ...ways, root: object, problems: [] };
  return { object: substituted(object, [], walk), problems: walk.problems };
}

type Walk = Ways & { root: Record<string, unknown>; problems: Problem[] };

function asksToBeLeftAlone({ metadata }: Record<string, unknown>): boolean {
  return isLeftAlone((map, key) => {
    const values = isPlainObject(metadata) ? metadata[map] : undefined;
    return isPlainObject(values) ? values[key] : undefined;
  });
}

function substituted(value: unknown, path: Path, walk: Walk): unknown {
  if (typeof value === 'string') return isTemplate(value) ? scalar(value, path, walk) : value;
  if (Array.isArray(value)) return value.map((item, index) => substituted(item, [...path, index], walk));
  if (!isPlainObject(value)) return value;
  const fields = Object.entries(value).map(
    ([key, item]) => [keyOf(key, path, walk), substituted(item, [...path, key], walk)] as const,
  );
  const object = Object.fromEntries(fields);
  if (Object.keys(object).length < fields.length) blame(walk, path, 'has a key twice once its variables are put in');
  return object;
}

const keyOf = (key: string, path: Path, walk: Walk): string =>
  isTemplate(key) ? (expanded(key, [...path, key], walk)?.text ?? key) : key;

function scalar(text: string, path: Path, walk: Walk): unknown {
  const expansion = expanded(text, path, walk);
  if (expansion === undefined) return text;
  const isText =
    !expansion.isWhole || takesTextOnly(walk.root.kind, path) || walk.sources.isQuoted(lastField(path), text);
  if (isText) return expansion.text;
  const source = plainSource(expansion.text);
  if (source.startsWith('"')) return JSON.parse(source);
  return mayBeTyped(source) ? walk.read(source) : source;
}

const lastField = (path: Path): string => String(path.findLast((part) => typeof part === 'string') ?? '');

function expanded(text: string, path: Path, walk: Walk) {
  const expansion = walk.substitute(text);
  if (!('faults' in expansion)) return expansion;
  for (const { source, message } of expansion.faults) blame(walk, path, message, source);
  return undefined;
}

function blame({ root, sources, problems }: Walk, path: Path, message: string, expression?: string): void {
  const { kind, metadata } = root;
  const name = isPlainObject(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
  const user = { kind, name, field: lastField(path) };
  const place = expression === undefined ? undefined : sources.placeOf(expression, user);
  const object = [kind, name].filter((part) => typeof part === 'string' && part !== '').join(' ');
  problems.push({ file: sources.file, ...place, object, field: fieldName(path), message });
}
