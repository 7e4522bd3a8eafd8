import { isPlainObject } from '../../../shared/manifests/canonical.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { YamlFile } from '../yaml-file.ts';

/** Fields that are refused: charts would be fetched, and a folder of plugins that changes its own content could hide an address. */
export function forbiddenFields({ file, value, lineOf }: YamlFile, isPlugin: boolean): Problem[] {
  if (!isPlainObject(value)) return [{ file, line: 1, message: 'must be a mapping, as kustomize expects it' }];
  return Object.keys(value).flatMap((field) => {
    const message = whyForbidden(field, isPlugin);
    return message === undefined ? [] : [{ file, line: lineOf([field]), field, message }];
  });
}

function whyForbidden(field: string, isPlugin: boolean): string | undefined {
  if (/^helm/i.test(field)) return 'is not supported; put the chart into a folder of its own, as an application';
  if (isPlugin && !/^(apiVersion|kind|resources|metadata)$/i.test(field))
    return 'is not supported in a folder of generators or transformers, where only resources are';
  return undefined;
}
