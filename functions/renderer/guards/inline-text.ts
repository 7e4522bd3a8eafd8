import { fieldName } from '../../../shared/config/issues.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { YamlFile } from '../yaml-file.ts';
import { guardManifest, isRefused } from './manifest.ts';

type Text = { path: (string | number)[]; text: string };

/** Why the patches that stand in a kustomization as text may not reach kustomize: it parses them like files. */
export function inlineFaults(yaml: YamlFile): Problem[] {
  return patchesIn(yaml.value, []).flatMap(({ path, text }) => inlineFault(text, path, yaml));
}

/** The same for one text that is known to be parsed. The line is the one where the text begins. */
export function inlineFault(text: string, path: Text['path'], { file, lineOf }: YamlFile): Problem[] {
  const guarded = guardManifest(file, text);
  if (!isRefused(guarded)) return [];
  return [{ file, line: lineOf(path), field: fieldName(path), message: guarded.problem.message }];
}

/** Kustomize reads its fields whatever their case. */
function patchesIn(value: unknown, path: Text['path']): Text[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => patchesIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, content]) => {
    const isPatch = typeof content === 'string' && field.toLowerCase() === 'patch';
    return isPatch ? [{ path: [...path, field], text: content }] : patchesIn(content, [...path, field]);
  });
}
