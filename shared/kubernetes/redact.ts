import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { isSecret } from './prepare.ts';

/**
 * A message about an object without any value of its `data`, encoded or not, if it is a Secret: the API server quotes what it can't
 * read. What is masked is known by where it stands, not by what it looks like.
 */
export const redact = (message: string, object: KubernetesObject): string => redactAll(message, [object]);

/** The same for the values of several Secrets. */
export function redactAll(message: string, objects: readonly KubernetesObject[]): string {
  const values = objects
    .filter(isSecret)
    .flatMap(({ data }) => (isPlainObject(data) ? Object.values(data).flatMap(spellings) : []))
    .filter((text) => text !== '');
  // Longer ones first, or a part of one would be left.
  return values
    .sort((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, '(masked)'), message);
}

function spellings(value: unknown): string[] {
  if (typeof value !== 'string') return [JSON.stringify(value) ?? '', String(value)];
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  // A file's last line break is no part of a password, and in an address it is written otherwise.
  const plain = decoded.trim();
  return [value, decoded, JSON.stringify(decoded).slice(1, -1), plain, encodeURIComponent(plain), ...linesOf(decoded)];
}

/** A key of many lines may be quoted only in part. */
const linesOf = (text: string) =>
  text.includes('\n')
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.length >= shortestLine)
    : [];

const shortestLine = 4;
