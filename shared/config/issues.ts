import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Zod reports one issue for several unknown keys and for a union; people want one per mistake, at its own place. */
export function flattenIssues(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    if (issue.code !== 'unrecognized_keys') return [issue];
    return issue.keys.map((key) => ({ ...issue, keys: [key], path: [...issue.path, key] }));
  });
}

/** Says which field, what was found there and what would be accepted. */
export function describeIssue(issue: Issue, root: unknown): { field: string; message: string } {
  const found = valueAt(root, issue.path);
  return { field: fieldName(issue.path), message: `${accepted(issue, found)}; found ${describeValue(found)}` };
}

function accepted(issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a known field';
    case 'invalid_type':
      return found === undefined ? `is required (${article(issue.expected)})` : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    default:
      return issue.message;
  }
}

const article = (noun: string) => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`);

/** `images[0].policy` */
export function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  if (text.includes('PRIVATE KEY')) return 'a private key, which must never stand in a file';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
