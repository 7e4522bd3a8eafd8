type Path = readonly (string | number)[];

/** Maps whose values are text to Kubernetes wherever they stand. */
const textMaps = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'stringData']);

/** Whether a place takes text only, so that a number that a variable stands for has to stay text there. */
export function takesTextOnly(kind: unknown, path: Path): boolean {
  const [parent, field] = path.slice(-2);
  if (typeof parent === 'string' && textMaps.has(parent)) return true;
  if (kind === 'ConfigMap' && path.length === 2 && parent === 'data') return true;
  return field === 'value' && path.at(-3) === 'env';
}

/**
 * How YAML writes what a scalar without quotes becomes when a variable is put in: as it is where that can only be one scalar (`3`, `no`,
 * `1e3`, nothing), whose type is then for the reader to say; all else as text. So no value can add a key, a list or a document.
 */
export function plainSource(text: string): string {
  const quoted = /^"([^"\\]*)"$/.exec(text) ?? /^'([^'\\]*)'$/.exec(text);
  if (quoted !== null) return textSource(quoted[1] ?? '');
  return isOneScalar(text) ? text : textSource(text);
}

/** JSON has no word for an infinite number, so that these stay text. */
const isOneScalar = (text: string) =>
  /^$|^~$|^[+-]?[\w.][\w.+:-]*$/.test(text) && !text.endsWith(':') && !/^[+-]?\.(inf|nan)$/i.test(text);

/** Whether a scalar without quotes may be anything but text to Go's tools. */
export const mayBeTyped = (source: string): boolean =>
  /^$|^[-+.~\d]|^(y|n|yes|no|on|off|true|false|null)$/i.test(source);

/** Text, whatever is in it, as YAML and JSON both write it. */
export function textSource(text: string): string {
  const hidden = /[\u007f-\u009f\u2028\u2029\ufeff]/g;
  return JSON.stringify(text).replace(hidden, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
