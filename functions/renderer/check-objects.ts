import type { ArtifactObject } from '../../shared/artifacts/artifact.ts';
import { BadInputError } from '../../shared/errors.ts';
import { standApart } from '../../shared/kubernetes/hooks.ts';
import { isPlainObject } from '../../shared/manifests/canonical.ts';
import { describeIdentity, identityKey, identityOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import { nameFault, namespaceFault } from './names.ts';

type Source = NonNullable<ArtifactObject['source']>;

/** An object as a renderer gave it, and where it came from. */
export type Rendered = { source: Source; object: unknown };

/**
 * Takes objects that can be applied: each is named, validly and only once. They come back in a stable order, whatever the renderer's was.
 *
 * @param namespace where objects without one will go; two objects that meet there are the same one
 * @throws BadInputError with every object that can't, at its file and line
 */
export function checkObjects(rendered: readonly Rendered[], namespace: string): ArtifactObject[] {
  const faults = rendered.flatMap(({ source, object }) =>
    problemsOf(object).map((problem) => ({ ...source, ...problem })),
  );
  if (faults.length > 0) throw new BadInputError(faults);
  const objects = rendered as ArtifactObject[];
  const keyed = objects.map((each) => ({ each, key: keyOf(each.object, namespace) }));
  const repeated = [...Map.groupBy(keyed, ({ key }) => key).values()].filter(meet);
  if (repeated.length > 0) throw new BadInputError(repeated.map((group) => repetition(group.map(({ each }) => each))));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ each }) => each);
}

/** Two hooks of one name that are never run for the same event don't. */
const meet = (group: readonly { each: ArtifactObject }[]) =>
  group.some(({ each }, index) => group.slice(0, index).some((other) => !standApart(each.object, other.each.object)));

function problemsOf(object: unknown): Omit<Problem, 'file' | 'line'>[] {
  if (!isPlainObject(object)) return [{ message: 'is not a Kubernetes object: it is no mapping' }];
  const { apiVersion, kind, metadata } = object;
  const missing = { apiVersion, kind };
  const problems = Object.entries(missing)
    .filter(([, value]) => typeof value !== 'string' || value === '')
    .map(([field]) => ({
      field,
      message: field === 'kind' ? 'is required' : 'is required, such as "v1" or "apps/v1"',
    }));
  if (problems.length > 0) return problems;
  return metadataProblems(object as KubernetesObject, isPlainObject(metadata) ? metadata : {});
}

function metadataProblems({ apiVersion, kind }: KubernetesObject, metadata: Record<string, unknown>) {
  const { name, namespace, generateName } = metadata;
  if (name === undefined && generateName !== undefined) {
    const message = 'has no name that stays the same, so each deployment would make another object: use metadata.name';
    return [{ object: kind, field: 'metadata.generateName', message }];
  }
  const object =
    typeof name === 'string' && name !== '' ? describeIdentity({ group: '', kind, namespace: '', name }) : kind;
  const faults = [
    { field: 'metadata.name', message: nameFault(name, { apiVersion, kind }) },
    { field: 'metadata.namespace', message: namespaceFault(namespace) },
  ];
  return faults.flatMap(({ field, message }) => (message === undefined ? [] : [{ object, field, message }]));
}

function keyOf(object: KubernetesObject, namespace: string): string {
  const identity = identityOf(object);
  return identityKey({ ...identity, namespace: identity.namespace || namespace });
}

function repetition(group: readonly ArtifactObject[]): Problem {
  const [first, second] = group;
  const places = group.map(({ source }) =>
    source?.line === undefined ? source?.file : `${source.file}:${source.line}`,
  );
  return {
    ...second?.source,
    object: first === undefined ? '' : describeIdentity(identityOf(first.object)),
    message: `is there ${group.length} times (${places.join(', ')}); each object must stand once`,
  };
}
