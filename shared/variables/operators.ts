import { matchingBeginnings, matchingCost } from './glob.ts';

/** The longest text that one expression may become. */
const maximumLength = 1024 * 1024;
const maximumCost = 50_000_000;

/** What an operator makes of a value, or `undefined` where that would be too long or too slow. */
type Operator = (value: string, words: readonly string[]) => string | undefined;

const transformations: Record<string, Operator> = {
  length: (value) => String(Buffer.byteLength(value)),
  '^': (value) => changeFirst(value, upper),
  '^^': (value) => changeAll(value, upper),
  ',': (value) => changeFirst(value, lower),
  ',,': (value) => changeAll(value, lower),
  ':': substring,
  '/': (value, [what = '', by = '']) => value.replace(what, () => by),
  '//': replaceAll,
  '/#': (value, [what = '', by]) =>
    by !== undefined && value.startsWith(what) ? by + value.slice(what.length) : value,
  '/%': (value, [what = '', by]) =>
    by !== undefined && value.endsWith(what) ? value.slice(0, value.length - what.length) + by : value,
  '#': (value, [pattern = '']) => trim(value, pattern, (lengths) => lengths[0]),
  '##': (value, [pattern = '']) => trim(value, pattern, (lengths) => lengths.at(-1)),
  '%': (value, [pattern = '']) => reversed(trim(reversed(value), reversed(pattern), (lengths) => lengths[0])),
  '%%': (value, [pattern = '']) => reversed(trim(reversed(value), reversed(pattern), (lengths) => lengths.at(-1))),
};

/** Operators that say what stands where a variable has no value. As in Flux, an empty value is none, but for `-`. */
const defaults = new Set(['=', ':=', ':-', ':?', ':+', '-']);

/**
 * The value of one expression.
 *
 * @param value of the variable; undefined if there is none of its name
 * @returns `missing` where only a value would do, `excessive` where the result would be longer than 1 MB or take seconds
 */
export function operate(
  operator: string,
  value: string | undefined,
  words: readonly string[],
): { text: string } | 'missing' | 'excessive' {
  if (defaults.has(operator)) {
    const isUnset = operator === '-' ? value === undefined : value === undefined || value === '';
    return { text: isUnset ? words.join('') : (value ?? '') };
  }
  if (value === undefined) return 'missing';
  const transform = transformations[operator];
  const text = transform === undefined ? value : transform(value, words);
  return text === undefined || text.length > maximumLength ? 'excessive' : { text };
}

/** By bytes, as Go counts: a negative offset counts from the end, a negative length leaves off. What is no number changes nothing. */
function substring(value: string, [offset = '', length]: readonly string[]): string {
  const bytes = Buffer.from(value);
  const start = integer(offset);
  const count = length === undefined ? bytes.length : integer(length);
  if (start === undefined || count === undefined) return value;
  const from = start < 0 ? Math.max(bytes.length + start, 0) : start;
  const to = count < 0 ? bytes.length + count : from + count;
  return to <= from ? '' : bytes.subarray(from, to).toString();
}

const integer = (text: string): number | undefined => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined);

function replaceAll(value: string, [what = '', by = '']: readonly string[]): string | undefined {
  const times = what === '' ? value.length + 1 : value.split(what).length - 1;
  return times * by.length > maximumLength ? undefined : value.replaceAll(what, () => by);
}

function trim(
  value: string | undefined,
  pattern: string | undefined,
  choose: (lengths: readonly number[]) => number | undefined,
): string | undefined {
  if (value === undefined || pattern === undefined || matchingCost(pattern, value) > maximumCost) return undefined;
  const characters = [...value];
  return characters.slice(choose(matchingBeginnings(pattern, characters)) ?? 0).join('');
}

function reversed(text: string): string;
function reversed(text: string | undefined): string | undefined;
function reversed(text: string | undefined) {
  return text === undefined ? undefined : [...text].reverse().join('');
}

type Change = (character: string) => string;

const upper: Change = (character) => character.toUpperCase();
const lower: Change = (character) => character.toLowerCase();

/** Character by character, as Go does: one whose other case is longer (`ß`) stays. */
const changeAll = (text: string, change: Change) =>
  [...text].map((each) => (change(each).length === each.length ? change(each) : each)).join('');

const changeFirst = (text: string, change: Change) => {
  const [first = ''] = text;
  return changeAll(first, change) + text.slice(first.length);
};
