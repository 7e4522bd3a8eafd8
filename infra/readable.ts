/**
 * A part of a template with its references written out as text, for people: `{Ref: X}` → `<X>`, `{Fn::GetAtt: [X, Arn]}` → `<X.Arn>`,
 * `Fn::Join` → the joined text. Logical ids lose CDK's hash.
 */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [[key, parameter] = []] = entries;
  if (entries.length === 1 && key === 'Ref') return `<${withoutHash(String(parameter))}>`;
  if (entries.length === 1 && key === 'Fn::GetAtt') return readableAttribute(parameter as [string, string]);
  if (entries.length === 1 && key === 'Fn::Join') return joined(parameter as [string, unknown[]]);
  return Object.fromEntries(entries.map(([name, part]) => [name, readable(part)]));
}

const readableAttribute = ([id, attribute]: [string, string]) => `<${withoutHash(id)}.${attribute}>`;
const joined = ([separator, parts]: [string, unknown[]]) => parts.map(readable).join(separator);

export const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, '');
