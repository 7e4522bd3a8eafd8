import { isMap, isScalar, isSeq, parseAllDocuments, Scalar } from 'yaml';
import { isTemplate } from '../../../shared/variables/template.ts';
import { inspectYaml } from '../guards/inspect-yaml.ts';
import { asGoReads } from '../yaml-file.ts';
import type { Sources } from './substitute-objects.ts';

type Files = { file: string; manifests: ReadonlyMap<string, string>; contents: ReadonlyMap<string, Uint8Array> };

/**
 * Looks up in the files that kustomize had what its output no longer says: which texts stood in quotes, and at which line an expression is.
 *
 * @param manifests the text of those that it took apart; only these are parsed, since they are guarded
 */
export function createSources({ file, manifests, contents }: Files): Sources {
  const quoted = new Set<string>();
  for (const text of manifests.values()) if (isTemplate(text)) collect(text, quoted);
  return {
    file,
    isQuoted: (field, text) => quoted.has(keyOf(field, text)),
    placeOf(expression) {
      const places = [...contents].flatMap(([path, bytes]) =>
        linesWith(expression, new TextDecoder().decode(bytes)).map((line) => ({ file: path, line })),
      );
      return places.length === 1 ? places[0] : undefined;
    },
  };
}

const keyOf = (field: string, text: string) => `${field}\0${text}`;

function linesWith(expression: string, text: string): number[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.includes(expression) && !/^\s*#/.test(line) ? [index + 1] : []));
}

/** What can't be parsed has been told by kustomize already. */
function collect(text: string, quoted: Set<string>): void {
  if (inspectYaml(text).fault !== undefined) return;
  const documents = parseAllDocuments(text, { ...asGoReads, uniqueKeys: false });
  for (const document of documents) if (document.errors.length === 0) collectFrom(document.contents, '', quoted);
}

function collectFrom(node: unknown, field: string, quoted: Set<string>): void {
  if (isScalar(node)) collectScalar(node, field, quoted);
  if (isSeq(node)) for (const item of node.items) collectFrom(item, field, quoted);
  if (!isMap(node)) return;
  const patched = patchedField(node.get('op'), node.get('path'));
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    collectFrom(value, (name === 'value' && patched) || name, quoted);
  }
}

/** The field that an operation of a JSON patch writes to. */
const patchedField = (operation: unknown, path: unknown): string | undefined =>
  typeof operation === 'string' && typeof path === 'string'
    ? path.split('/').findLast((part) => !/^(\d+|-)$/.test(part))
    : undefined;

function collectScalar({ value, type }: Scalar, field: string, quoted: Set<string>): void {
  if (typeof value !== 'string' || !isTemplate(value)) return;
  const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
  if (type !== Scalar.PLAIN) quoted.add(keyOf(field, value));
  // A patch may stand as text in its kustomization.
  if (isBlock && value.includes('\n')) collect(value, quoted);
}
