import { RE2JS } from 're2js';

const longest = 512;

/**
 * A regular expression of RE2's syntax, as Go and Flux have it. Its time is linear in the text, whatever the pattern is, so that one from a
 * repository can't keep a function busy.
 *
 * @returns undefined if it can't be read
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function compilePattern(pattern: string): RE2JS | undefined {
  if (pattern.length > longest) return undefined;
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

/** Whether a pattern is found anywhere in a text. */
export type Test = (text: string) => boolean;

/** @throws Error if the pattern can't be read: the schema has refused such a one already */
export function testFor(pattern: string): Test {
  const compiled = requirePattern(pattern);
  return (text) => compiled.matcher(text).find();
}

export type TagFilter = { pattern: string; extract?: string | undefined };

/**
 * Finds a pattern in a tag and makes of it what is compared: `extract` with `$name`, `${name}` and `$1` replaced by groups, or the whole tag.
 *
 * @returns undefined where the pattern isn't found
 * @throws Error if the pattern can't be read
 * @see https://pkg.go.dev/regexp#Regexp.Expand
 */
export function extractorFor({ pattern, extract }: TagFilter): (tag: string) => string | undefined {
  const compiled = requirePattern(pattern);
  return (tag) => {
    const matcher = compiled.matcher(tag);
    if (!matcher.find()) return undefined;
    if (extract === undefined) return tag;
    return replaceReferences(extract, (name) => {
      if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
      return Object.hasOwn(compiled.namedGroups(), name) ? (matcher.group(name) ?? '') : '';
    });
  };
}

const reference = /\$(?:\$|(\w+)|\{(\w+)\})/g;

const replaceReferences = (template: string, groupOf: (name: string) => string) =>
  template.replace(reference, (_match, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    return name === undefined ? '$' : groupOf(name);
  });

/** The groups that a template names and its pattern doesn't have: in Go they are empty, which is never meant. */
export function unknownGroups({ pattern, extract = '' }: TagFilter): string[] {
  const compiled = compilePattern(pattern);
  if (compiled === undefined) return [];
  const known = new Set([...Object.keys(compiled.namedGroups()), ...numbersTo(compiled.matcher('').groupCount())]);
  return [...extract.matchAll(reference)]
    .flatMap(([, bare, braced]) => bare ?? braced ?? [])
    .filter((name) => !known.has(name));
}

const numbersTo = (last: number) => Array.from({ length: last + 1 }, (_, index) => String(index));

function requirePattern(pattern: string): RE2JS {
  const compiled = compilePattern(pattern);
  if (compiled === undefined) throw new Error(`not a regular expression: ${pattern}`);
  return compiled;
}
