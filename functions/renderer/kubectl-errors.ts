/** What was wrong with a document, in our words: kubectl's own may quote what stands in the file, which may be a Secret. */
export type ReadingError = { line?: number; field?: string; message: string };

const kinds: Record<string, string> = {
  array: 'a list',
  object: 'a mapping',
  string: 'text',
  number: 'a number',
  bool: 'true or false',
};
const described = (kind: string) => kinds[kind] ?? kind;

type Rule = { pattern: RegExp; explain(match: RegExpExecArray): ReadingError };

const rules: Rule[] = [
  { pattern: /Object 'Kind' is missing/, explain: () => ({ message: notAnObject }) },
  {
    pattern: /Object 'apiVersion' is missing/,
    explain: () => ({ field: 'items[].apiVersion', message: 'is required, such as "v1" or "apps/v1"' }),
  },
  {
    pattern: /cannot unmarshal (\w+) into Go value of type/,
    explain: ([, found = '']) => ({
      message: `is not a Kubernetes object: expected a mapping; found ${described(found)}`,
    }),
  },
  {
    pattern:
      /cannot unmarshal (\w+) into Go struct field (?:metadataOnlyObject\.)?(?:TypeMeta\.|ObjectMeta\.)?\.?([\w.]+) of type (\S+)/,
    explain: ([, found = '', field = '', wanted = '']) => ({
      field,
      message: `must be ${wantedKind(wanted)}; found ${described(found)}`,
    }),
  },
  {
    pattern: /invalid Yaml document separator/,
    explain: () => ({
      message: 'has "---" with something behind it: a document\'s separator must stand alone on its line',
    }),
  },
  {
    pattern: /unsupported value: [+-]?(Inf|NaN)/,
    explain: () => ({ message: 'has an infinite number or NaN, which JSON has no word for' }),
  },
  {
    pattern: /(?<!\.)yaml: (?:line (\d+): )?(.+)/,
    explain: ([, line, message = '']) => ({
      line: line === undefined ? 1 : Number(line),
      message: `is not valid YAML: ${withoutQuotes(message)}`,
    }),
  },
  { pattern: /json: offset \d+: |invalid character/, explain: () => ({ message: 'is not valid JSON' }) },
];

const notAnObject =
  'is not a Kubernetes object: it needs a "kind" and an "apiVersion" such as "v1" or "apps/v1". Keep other files out of the folder, or in one that begins with a dot';

/** Turns one message of kubectl about one document into ours. Lines count from 1, within the document. */
export function explainReading(message: string): ReadingError {
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(message);
    if (match !== null) return explain(match);
  }
  return { message: "can't be read as a Kubernetes object" };
}

const wantedKind = (type: string) =>
  /^(\[\]|\*?\[\])/.test(type)
    ? 'a list'
    : /^(map|v1\.|types\.)/.test(type)
      ? 'a mapping'
      : type === 'string'
        ? 'text'
        : type;

/** Keeps the class of an error and drops what it quotes. */
export function withoutQuotes(message: string): string {
  return message
    .replace(/`[^`]*`?/g, '…')
    .replace(/\binterface \{\}.*$/, '…')
    .replace(/"(?:[^"\\]|\\.)*"?/g, '…')
    .replace(/'([^']{4,})'/g, '…')
    .slice(0, 200);
}
