import type { VariableLayer } from '../../../shared/artifacts/artifact.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Tree } from '../../../shared/tree/tree.ts';
import type { Variables } from '../../../shared/variables/expand.ts';
import { type ManifestDocument, splitDocuments } from '../documents.ts';
import { isRefused, readManifest } from '../guards/manifest.ts';
import { parseYamlFile, type YamlFile } from '../yaml-file.ts';

/**
 * The variables of an application: a later layer wins, within one its values over its files, and of these the last. As in Flux, line
 * breaks are taken out of values.
 *
 * @throws BadInputError with every file that is missing or holds anything but ConfigMaps, and every name that can't be a variable's
 */
export function loadVariables(tree: Tree, layers: readonly VariableLayer[]): Variables {
  const problems: Problem[] = [];
  const entries = layers.flatMap(({ from, values }) => [
    ...from.flatMap((file) => fromFile(tree, file, problems)),
    ...Object.entries(values),
  ]);
  if (problems.length > 0) throw new BadInputError(problems);
  return new Map(entries.map(([name, value]) => [name, value.replaceAll('\n', '')]));
}

function fromFile(tree: Tree, file: string, problems: Problem[]): [string, string][] {
  const manifest = readManifest(tree, file);
  if (isRefused(manifest)) {
    problems.push(manifest.problem);
    return [];
  }
  problems.push(...manifest.duplicates);
  const documents = splitDocuments(file, manifest.text);
  if (documents.length === 0) problems.push({ file, message: notConfigMap });
  return documents.flatMap((document) => fromDocument(document, problems));
}

function fromDocument({ file, text, line, startLine }: ManifestDocument, problems: Problem[]): [string, string][] {
  const yaml = parseYamlFile(file, text);
  if ('problem' in yaml) {
    problems.push({ ...yaml.problem, line: (yaml.problem.line ?? 1) + startLine - 1 });
    return [];
  }
  const { value } = yaml;
  if (!isPlainObject(value) || value.kind !== 'ConfigMap' || value.apiVersion !== 'v1') {
    problems.push({ file, line, message: notConfigMap });
    return [];
  }
  return Object.entries(isPlainObject(value.data) ? value.data : {}).filter((entry): entry is [string, string] =>
    isVariable(entry, { yaml, startLine }, problems),
  );
}

const variableName = /^[_A-Za-z][_A-Za-z0-9]*$/;

function isVariable(
  [name, value]: [string, unknown],
  { yaml, startLine }: { yaml: YamlFile; startLine: number },
  problems: Problem[],
): boolean {
  const place = { file: yaml.file, line: yaml.lineOf(['data', name]) + startLine - 1, field: `data.${name}` };
  if (!variableName.test(name)) problems.push({ ...place, message: badName });
  else if (typeof value !== 'string') problems.push({ ...place, message: 'must be text: put it in quotes' });
  else return true;
  return false;
}

const badName = 'can\'t be the name of a variable: letters, digits and "_", not beginning with a digit';
const notConfigMap = 'must be a ConfigMap (apiVersion v1), as files with variables are; nothing else may stand in them';
