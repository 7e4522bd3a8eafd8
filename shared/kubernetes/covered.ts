import { isPlainObject } from '../manifests/canonical.ts';
import { matchesPart, pointerParts } from './field-path.ts';
import { child, type FieldSet, isWhole } from './field-set.ts';

/** What JSON Pointers cover of objects and of sets of fields. */

type Parts = readonly string[];

/** A set of fields in two: what the pointers cover, and the rest. A container's own marker (`.`) goes with the last of what it holds. */
export type Divided = { covered: FieldSet; rest: FieldSet };

/** @param object which the set is of: it says at which index an item stands */
export function divide(set: FieldSet, object: unknown, pointers: readonly string[]): Divided {
  return pointers.length === 0 ? { covered: {}, rest: set } : divideBelow(set, object, pointers.map(pointerParts));
}

function divideBelow(set: FieldSet, value: unknown, pointers: readonly Parts[]): Divided {
  const result: Divided = { covered: {}, rest: {} };
  for (const [key, below] of Object.entries(set)) {
    const left = pointersBelow(pointers, partOf(value, key));
    if (left.some(isEnd)) result.covered[key] = below;
    else if (left.length === 0 || isWhole(below)) result.rest[key] = below;
    else {
      const { covered, rest } = divideBelow(below, child(value, key), left);
      const isEmptied = key.startsWith('f:') && !isWhole(covered) && Object.keys(rest).every((each) => each === '.');
      if (!isWhole(covered)) result.covered[key] = isEmptied ? { ...rest, ...covered } : covered;
      if (!isWhole(rest) && !isEmptied) result.rest[key] = rest;
    }
  }
  return result;
}

/** A copy of the value without what the pointers cover, and without what is empty then. */
export function withoutCovered(value: unknown, pointers: readonly string[]): unknown {
  return removeBelow(value, pointers.map(pointerParts));
}

function removeBelow(value: unknown, pointers: readonly Parts[]): unknown {
  if (pointers.length === 0 || !isContainer(value)) return value;
  const kept = Object.entries(value).flatMap(([part, below]): [string, unknown][] => {
    const left = pointersBelow(pointers, part);
    const rest = left.some(isEnd) ? undefined : removeBelow(below, left);
    return rest === undefined || (rest !== below && isEmpty(rest)) ? [] : [[part, rest]];
  });
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/**
 * A copy of the value that has, where the pointers cover less than what one manager owns as a whole, what stands in `live` there:
 * such a list or map can only be sent whole.
 *
 * @param set what anybody owns of `live`
 */
export function withLiveParts(value: unknown, live: unknown, set: FieldSet, pointers: readonly Parts[]): unknown {
  return Object.entries(set).reduce<unknown>((result, [key, below]) => {
    const left = pointersBelow(pointers, partOf(live, key));
    const [mine, theirs] = [child(result, key), child(live, key)];
    if (left.length === 0 || left.some(isEnd) || mine === undefined || theirs === undefined) return result;
    const next = isWhole(below) ? copyBelow(mine, theirs, left) : withLiveParts(mine, theirs, below, left);
    return next === mine ? result : replaceChild(result, mine, key, next);
  }, value);
}

function copyBelow(value: unknown, live: unknown, pointers: readonly Parts[]): unknown {
  if (!isContainer(value) || !isContainer(live)) return value;
  const kept = Object.entries(value).map(([part, mine]): [string, unknown] => {
    const left = pointersBelow(pointers, part);
    const theirs = (live as Record<string, unknown>)[part];
    if (left.length === 0 || theirs === undefined) return [part, mine];
    return [part, left.some(isEnd) ? theirs : copyBelow(mine, theirs, left)];
  });
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

function replaceChild(container: unknown, old: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(container)) return container.map((item) => (item === old ? value : item));
  return { ...(container as object), [key.slice(2)]: value };
}

/** The name or index that a key of a set stands for. */
export function partOf(value: unknown, key: string): string | number | undefined {
  if (key.startsWith('f:')) return key.slice(2);
  const index = Array.isArray(value) ? value.indexOf(child(value, key)) : -1;
  return index < 0 ? undefined : index;
}

const pointersBelow = (pointers: readonly Parts[], part: string | number | undefined): Parts[] =>
  part === undefined ? [] : pointers.filter(([first]) => matchesPart(part, first)).map((parts) => parts.slice(1));

const isEnd = (parts: Parts) => parts.length === 0;
const isContainer = (value: unknown): value is object => isPlainObject(value) || Array.isArray(value);
const isEmpty = (value: unknown) => isContainer(value) && Object.keys(value).length === 0;
