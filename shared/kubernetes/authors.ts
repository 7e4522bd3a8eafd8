import { partOf } from './covered.ts';
import type { Part } from './difference.ts';
import { child, type FieldSet, isWhole } from './field-set.ts';
import type { LiveObject } from './live-object.ts';
import { entriesOf, isOurs } from './ownership.ts';

/** `, by kubectl-edit at 2026-11-21T12:00:00Z`. Empty for what nobody owns: of what was removed, nothing tells by whom. */
export function describeAuthor(author: { manager: string; time: string | undefined } | undefined): string {
  if (author === undefined) return '';
  return `, by ${author.manager}${author.time === undefined ? '' : ` at ${author.time}`}`;
}

/** Whoever else owns a field of an object, and since when; of several, who came last. */
export function authorOf(object: LiveObject, path: readonly Part[], manager: string) {
  const [last] = entriesOf(object)
    .filter((entry) => !isOurs(entry, manager) && holds(entry.fieldsV1 ?? {}, object, path))
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  return last && { manager: last.manager ?? '', time: last.time };
}

function holds(set: FieldSet, value: unknown, [part, ...below]: readonly Part[]): boolean {
  if (part === undefined) return true;
  const step = typeof part === 'object' ? indexByName(value, part.name) : part;
  return Object.entries(set).some(([key, next]) => {
    if (partOf(value, key) !== step) return false;
    return isWhole(next) || holds(next, child(value, key), below);
  });
}

const indexByName = (items: unknown, name: string) =>
  Array.isArray(items) ? items.findIndex((item) => item?.name === name) : -1;
