import { compilePattern } from '../pattern.ts';
import type { Kind, Reading } from './ordering.ts';

/** `date` orders the parts of a date, wherever they stand: year, month, week, day. */
type Part = { name: string; pattern: string; date?: number; most?: number };

/** @see https://calver.org/#scheme */
const parts: Part[] = [
  { name: 'YYYY', pattern: '\\d{4}', date: 1 },
  { name: '0Y', pattern: '\\d{2,3}', date: 1 },
  { name: 'YY', pattern: '(?:0|[1-9]\\d{0,2})', date: 1 },
  { name: '0M', pattern: '\\d{2}', date: 2, most: 12 },
  { name: 'MM', pattern: '[1-9]\\d?', date: 2, most: 12 },
  { name: '0W', pattern: '\\d{2}', date: 3, most: 53 },
  { name: 'WW', pattern: '[1-9]\\d?', date: 3, most: 53 },
  { name: '0D', pattern: '\\d{2}', date: 4, most: 31 },
  { name: 'DD', pattern: '[1-9]\\d?', date: 4, most: 31 },
  { name: 'MAJOR', pattern: '\\d+' },
  { name: 'MINOR', pattern: '\\d+' },
  { name: 'MICRO', pattern: '\\d+' },
  { name: 'MODIFIER', pattern: '[0-9A-Za-z][0-9A-Za-z._-]*' },
];

/** A part with what joins it to the one before, or any other character. */
const piece = new RegExp(`([^0-9A-Za-z]*)(${parts.map(({ name }) => name).join('|')})|[^]`, 'g');

export type CalverFormat = { parts: Part[]; read(tag: string): (string | null)[] | undefined };

/**
 * Reads a format such as `YYYY.0M.MICRO` or `YYYY.MM.DD-MODIFIER`. A modifier, with what joins it, may be missing in a tag.
 *
 * @returns undefined if it has no part, or one twice
 */
export function parseCalverFormat(format: string): CalverFormat | undefined {
  const pieces = [...format.matchAll(piece)].map(([text, joint = '', name]) => {
    return { text, joint, part: parts.find((part) => part.name === name) };
  });
  const named = pieces.flatMap(({ part }) => part ?? []);
  const meanings = new Set(named.map(({ date, name }) => date ?? name));
  const compiled = compilePattern(`^${pieces.map(patternOf).join('')}$`);
  if (compiled === undefined || named.length === 0 || meanings.size < named.length) return undefined;
  return {
    parts: named,
    read(tag) {
      const matcher = compiled.matcher(tag);
      return matcher.find() ? named.map((_, index) => matcher.group(index + 1)) : undefined;
    },
  };
}

function patternOf({ text, joint, part }: { text: string; joint: string; part: Part | undefined }): string {
  if (part === undefined) return escaped(text);
  const pattern = `${escaped(joint)}(${part.pattern})`;
  return part.name === 'MODIFIER' ? `(?:${pattern})?` : pattern;
}

const escaped = (text: string) => text.replace(/[^0-9A-Za-z]/g, '\\$&');

/** Numbers, the most significant one first, and the modifier, if there is one. */
type Release = { numbers: bigint[]; modifier: string };

/** The newest release by date and number. Without a modifier it is newer than with one, as 1.0.0 is newer than 1.0.0-rc.1. */
export function calverKind({ format: text }: { format: string }): Kind<Release> {
  const format = parseCalverFormat(text);
  return {
    description: `the format "${text}"`,
    compare: compareReleases,
    read: (tag) => readRelease(format, tag) ?? { excluded: `is not of the format "${text}"` },
  };
}

function readRelease(format: CalverFormat | undefined, tag: string): Reading<Release> | undefined {
  const texts = format?.read(tag);
  if (format === undefined || texts === undefined) return undefined;
  const fields = format.parts.map((part, index) => ({ part, text: texts[index] ?? '' }));
  const numbered = fields.filter(({ part }) => part.name !== 'MODIFIER');
  if (numbered.some(({ part, text }) => part.most !== undefined && (Number(text) < 1 || Number(text) > part.most)))
    return undefined;
  const dates = numbered.filter(isDate).sort((one, other) => (one.part.date ?? 0) - (other.part.date ?? 0));
  const numbers = numbered.map((field) => BigInt((isDate(field) ? dates.shift() : field)?.text ?? 0));
  return { key: { numbers, modifier: fields.find(({ part }) => part.name === 'MODIFIER')?.text ?? '' } };
}

const isDate = ({ part }: { part: Part }) => part.date !== undefined;

const modifiers = new Intl.Collator('en', { numeric: true });

function compareReleases(one: Release, other: Release): number {
  for (const [index, number] of one.numbers.entries()) {
    const otherNumber = other.numbers[index] ?? 0n;
    if (number !== otherNumber) return number > otherNumber ? 1 : -1;
  }
  if (one.modifier === '' || other.modifier === '') return Number(one.modifier === '') - Number(other.modifier === '');
  return modifiers.compare(one.modifier, other.modifier);
}
