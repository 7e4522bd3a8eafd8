/** Something that a kustomization (or the configuration of one of its plugins) points to. */
export type Reference = { path: (string | number)[]; kind: ReferenceKind; value: unknown };

/**
 * What a reference may be: a `folder` of its own, a file of `manifests` (or its text itself), either of them (`resource`), the
 * configuration of a `plugin` (or its text, or a folder of them), or a file whose content is only `data`.
 */
type ReferenceKind = 'folder' | 'manifests' | 'resource' | 'plugin' | 'data';

/** By field, in lower case: kustomize reads its fields whatever their case. */
const kinds: Record<string, ReferenceKind> = {
  resources: 'resource',
  bases: 'folder',
  components: 'folder',
  crds: 'manifests',
  configurations: 'manifests',
  patchesstrategicmerge: 'manifests',
  path: 'manifests',
  paths: 'manifests',
  targetfilepath: 'manifests',
  generators: 'plugin',
  transformers: 'plugin',
  validators: 'plugin',
  files: 'data',
  envs: 'data',
  env: 'data',
  argsfromfile: 'data',
};

/** Parts that hold no file's path, though they may have fields of these names. */
const others = new Set([
  'metadata',
  'labels',
  'commonlabels',
  'commonannotations',
  'generatoroptions',
  'fieldspecs',
  'literals',
  'target',
  'targets',
]);

/** Every reference below `value`, at any depth. */
export function findReferences(value: unknown, path: (string | number)[] = []): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => findReferences(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, content]) => {
    const name = field.toLowerCase();
    if (others.has(name)) return [];
    const kind = kinds[name];
    const here = [...path, field];
    return kind === undefined ? findReferences(content, here) : references(content, here, kind);
  });
}

function references(content: unknown, path: (string | number)[], kind: ReferenceKind): Reference[] {
  if (content === null || content === undefined) return [];
  if (!Array.isArray(content)) return [{ path, kind, value: content }];
  return content.map((value, index) => ({ path: [...path, index], kind, value }));
}
