import { hash } from 'node:crypto';

/** The same value gives the same text, whatever the order of its keys. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value) ?? 'null';
  let fields = '';
  for (const key of sortedKeys(value)) {
    if (value[key] === undefined) continue;
    const comma = fields === '' ? '' : ',';
    fields += `${comma}${JSON.stringify(key)}:${canonicalJson(value[key])}`;
  }
  return `{${fields}}`;
}

/** In order, as the keys of the API server's answers mostly are already. */
export function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  let last = '';
  for (const key of keys) {
    if (key < last) return keys.sort();
    last = key;
  }
  return keys;
}

/** 32 hex digits of a canonical text's SHA-256: short, since inventories hold two for each object. */
export const hashOfText = (text: string) => hash('sha256', text).slice(0, 32);

export const hashOf = (value: unknown) => hashOfText(canonicalJson(value));

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
