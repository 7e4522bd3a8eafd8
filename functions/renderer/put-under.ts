import { posix } from 'node:path';
import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { parseJson, stringifyJson } from '../../shared/manifests/json.ts';
import type { Rendered } from './check-objects.ts';
import { asGoReads } from './yaml-file.ts';

type Contents = ReadonlyMap<string, Uint8Array>;

/**
 * Puts a chart's output under a kustomization, as a file beside it and the first of its `resources`: so it is patched, renamed and
 * labelled like any other resource.
 *
 * @param file the kustomization
 * @param masks variables will be put in afterwards: then each `$` of the chart is hidden until `unmask`
 */
export function putUnder(
  chart: readonly Rendered[],
  { file, contents, masks }: { file: string; contents: Contents; masks: boolean },
): Contents {
  const folder = posix.dirname(file);
  const name = unusedName(folder, contents);
  const text = chart.map(({ object }) => stringifyJson(object)).join('\n---\n');
  const encode = (content: string) => new TextEncoder().encode(content);
  return new Map([
    ...contents,
    [file, encode(withResource(new TextDecoder().decode(contents.get(file)), name))],
    [posix.join(folder, name), encode(masks ? text.replaceAll('$', () => mask) : text)],
  ]);
}

/** A code point for use inside a process only, that no text has. `$$` would not do: it stays where an object asks to be left alone. */
const mask = '\ufdd0';

/** Puts back each `$` that was hidden. */
export const unmask = (object: unknown): unknown => parseJson(stringifyJson(object).replaceAll(mask, () => '$'));

function unusedName(folder: string, contents: Contents, name = 'chart-output.yaml'): string {
  return contents.has(posix.join(folder, name)) ? unusedName(folder, contents, `x-${name}`) : name;
}

/** The text of a kustomization, which the guards have let pass, with one more resource. Kustomize reads its fields whatever their case. */
function withResource(text: string, name: string): string {
  const document: Document = parseDocument(text, asGoReads);
  const { contents } = document;
  const field = isMap(contents)
    ? contents.items.find(({ key }) => isScalar(key) && /^resources$/i.test(String(key.value)))
    : undefined;
  if (field !== undefined && isSeq(field.value)) field.value.items.unshift(document.createNode(name));
  else if (field !== undefined) field.value = document.createNode([name]);
  else document.set('resources', [name]);
  return document.toString({ lineWidth: 0 });
}
