import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { isSecret } from './prepare.ts';

/**
 * A message about an object without any value of its `data`, encoded or not, if it is a Secret: the API server quotes what it can't
 * read. What is masked is known by where it stands, not by what it looks like.
 */
export function redact(message: string, object: KubernetesObject): string {
  if (!isSecret(object) || !isPlainObject(object.data)) return message;
  const values = Object.values(object.data)
    .flatMap(spellings)
    .filter((text) => text !== '');
  // Longer ones first, or a part of one would be left.
  return values
    .sort((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, '(masked)'), message);
}

function spellings(value: unknown): string[] {
  if (typeof value !== 'string') return [JSON.stringify(value) ?? '', String(value)];
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return [value, decoded, JSON.stringify(decoded).slice(1, -1)];
}
