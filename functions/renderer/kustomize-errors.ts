import { posix } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import { explainReading, withoutQuotes } from './kubectl-errors.ts';

/** The application's kustomization, all files that kustomize had, with their content, and the temporary folder that they were in. */
type Context = { file: string; files: ReadonlyMap<string, Uint8Array>; root: string };

type Rule = { pattern: RegExp; explain(match: RegExpExecArray, context: Context): Problem };

const rules: Rule[] = [
  {
    pattern: /MalformedYAMLError: yaml: (?:line (\d+): )?(.+?) in File: (\S+)/,
    explain: ([, line = '1', message = '', name = ''], context) => ({
      file: fileNamed(name, context),
      line: Number(line),
      message: `is not valid YAML: ${withoutQuotes(message)}`,
    }),
  },
  {
    pattern: /unknown field "(\w+)"/,
    explain: ([, field = ''], context) => ({
      ...placeOf(context),
      line: lineOfField(field, context),
      field,
      message: 'is not a field of a kustomization',
    }),
  },
  {
    pattern: /cannot unmarshal (\w+) into Go struct field \w+\.([\w.]+) of type (\S+)/,
    explain: ([, found, field, type], context) => ({
      ...placeOf(context),
      ...explainReading(`cannot unmarshal ${found} into Go struct field ObjectMeta.${field} of type ${type}`),
    }),
  },
  {
    pattern: /may not add resource with an already registered id: ([^\s';]+?):?(?=[\s';]|$)/m,
    explain: ([, id = ''], context) => ({
      ...placeOf(context),
      object: id,
      message: 'is there twice; each object must stand once',
    }),
  },
  {
    pattern: /no matches for Id ([^\s';]+)/,
    explain: ([, id = ''], context) => ({
      ...placeOf(context),
      object: id,
      message: 'is the target of a patch, but there is no such object',
    }),
  },
  {
    pattern: /missing metadata\.name in object \{\{(\S+) (\S+)\}/,
    explain: ([, , kind = ''], context) => ({
      ...placeOf(context),
      object: kind,
      field: 'metadata.name',
      message: 'is required',
    }),
  },
  {
    pattern: /accumulating resources from '([^']+)': missing Resource metadata/,
    explain: ([, name = ''], context) => ({
      file: fileNamed(name, context),
      message: 'has an object without kind, apiVersion or metadata',
    }),
  },
  {
    pattern: /invalid literal source/,
    explain: (_, context) => ({ ...placeOf(context), field: 'literals', message: 'must be of the form KEY=VALUE' }),
  },
  {
    pattern: /unable to parse SM or JSON patch/,
    explain: (_, context) => ({
      ...placeOf(context),
      field: 'patches',
      message: 'has a patch that is neither valid YAML nor a list of JSON patch operations',
    }),
  },
  {
    pattern: /fieldPath `([^`]+)` is missing for replacement source (\S+)/,
    explain: ([, path = '', id = ''], context) => ({
      ...placeOf(context),
      object: id,
      field: path,
      message: 'is the source of a replacement, but the object has no such field',
    }),
  },
  {
    pattern: /unable to find field "([^"]+)" in replacement target/,
    explain: ([, path = ''], context) => ({
      ...placeOf(context),
      field: path,
      message: 'is the target of a replacement, but no object has such a field',
    }),
  },
  {
    pattern: /cycle detected/,
    explain: (_, context) => ({ ...placeOf(context), message: 'has a base that leads back to it' }),
  },
];

const placeOf = ({ file }: Context) => ({ file });

/**
 * Turns what kustomize said into a problem at the user's file. It quotes patches and literals, which may be Secrets: only what is known
 * to be safe is passed on.
 */
export function explainKustomize(stderr: string, context: Context): Problem {
  const message = stderr.replace(/^# Warning.*$/gm, '').replaceAll(`${context.root}/`, '');
  const at = { ...context, file: nestedIn(message, context) ?? context.file };
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(message);
    if (match !== null) return explain(match, at);
  }
  const folder = posix.dirname(context.file);
  const begin = /^error: ([A-Za-z][A-Za-z -]*)/m.exec(message)?.[1]?.trim();
  const said = begin === undefined ? '' : ` (${begin} …)`;
  return {
    file: at.file,
    message: `can't be built by kustomize${said}; "kubectl kustomize ${folder}" shows the whole message`,
  };
}

function lineOfField(field: string, { file, files }: Context): number | undefined {
  const lines = new TextDecoder().decode(files.get(file)).split('\n');
  const key = new RegExp(`^\\s*(?:- *)*["']?${field}["']?\\s*:`);
  const index = lines.findIndex((line) => key.test(line));
  return index < 0 ? undefined : index + 1;
}

/** Kustomize names a file as its kustomization does. */
function fileNamed(name: string, { file, files }: Context): string {
  const beside = posix.normalize(posix.join(posix.dirname(file), name));
  if (files.has(beside)) return beside;
  const candidates = [...files.keys()].filter(
    (path) => path === name || path.endsWith(`/${name.replace(/^(\.\.?\/)+/, '')}`),
  );
  return candidates.length === 1 ? (candidates[0] ?? file) : file;
}

/** The kustomization of the innermost base that kustomize was in. */
function nestedIn(message: string, { files }: Context): string | undefined {
  const folder = [...message.matchAll(/(?:for path|accumulation of path|merging from path) '([^']+)'/g)].at(-1)?.[1];
  if (folder === undefined) return undefined;
  return [...files.keys()].find(
    (path) => posix.dirname(path) === folder && /^kustomization(\.ya?ml)?$/i.test(posix.basename(path)),
  );
}
