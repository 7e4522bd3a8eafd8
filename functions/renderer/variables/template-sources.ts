import { isMap, isScalar, isSeq, parseAllDocuments, Scalar } from 'yaml';
import { isTemplate } from '../../../shared/variables/template.ts';
import { splitDocuments } from '../documents.ts';
import { inspectYaml } from '../guards/inspect-yaml.ts';
import { asGoReads } from '../yaml-file.ts';
import type { Sources, User } from './substitute-objects.ts';

type Files = { file: string; manifests: ReadonlyMap<string, string>; contents: ReadonlyMap<string, Uint8Array> };

/**
 * Looks up in the files that kustomize had what its output no longer says: which texts stood in quotes, and at which line an expression is.
 *
 * @param manifests the text of those that it took apart; only these are parsed, since they are guarded
 */
export function createSources({ file, manifests, contents }: Files): Sources {
  const quoted = new Set<string>();
  for (const text of manifests.values()) if (isTemplate(text)) collect(text, quoted);
  const places = new Map<string, Place[]>();
  const placesOf = (expression: string) => [...contents].flatMap((each) => placesIn(each, expression));
  return {
    file,
    isQuoted: (field, text) => quoted.has(keyOf(field, text)),
    placeOf(expression, user) {
      const found = places.get(expression) ?? placesOf(expression);
      places.set(expression, found);
      return likeliest(user, found);
    },
  };
}

type Place = { file: string; line: number; text: string; document: { kind: string | undefined; names: Set<string> } };

/** Each line with an expression, and what the document that it is in seems to be. */
function placesIn([file, bytes]: [string, Uint8Array], expression: string): Place[] {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes(expression)) return [];
  return splitDocuments(file, text).flatMap(({ startLine, text: document }) => {
    if (!document.includes(expression)) return [];
    const kind = /^kind:\s*["']?([\w.-]+)/m.exec(document)?.[1];
    const names = new Set(Array.from(document.matchAll(/\bname:\s*["']?([^\s"',}#]+)/g), ([, name = '']) => name));
    return document.split('\n').flatMap((line, index) => {
      const isThere = line.includes(expression) && !/^\s*#/.test(line);
      return isThere ? [{ file, line: startLine + index, text: line, document: { kind, names } }] : [];
    });
  });
}

/** What has no value has none anywhere: of several places the one that is most like the object and its field is named. */
function likeliest({ kind, name, field }: User, places: readonly Place[]): Pick<Place, 'file' | 'line'> | undefined {
  const rank = ({ text, document }: Place) => {
    const isObject = document.kind === kind && [...document.names].some((each) => name.includes(each));
    return (isObject ? 2 : 0) + (text.includes(`${field}:`) ? 1 : 0);
  };
  const [place] = places.slice(0, mostPlaces).toSorted((one, other) => rank(other) - rank(one));
  return place && { file: place.file, line: place.line };
}

/** More are compared in vain. */
const mostPlaces = 200;

const keyOf = (field: string, text: string) => `${field}\0${text}`;

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
