import type { ArtifactObject } from '../../shared/artifacts/artifact.ts';
import { differences } from '../../shared/kubernetes/difference.ts';
import { hookOf } from '../../shared/kubernetes/hooks.ts';
import { annotations } from '../../shared/kubernetes/names.ts';
import { policyOf } from '../../shared/kubernetes/object-policy.ts';
import { describeIdentity, identityKey, identityOf, type KubernetesObject } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';

/** Of one object: more would say nothing new. */
const maximumFields = 5;

/**
 * What differs between two renderings of the same. An object that is made once and then left alone may differ, as may hooks of an
 * installation. No value is shown: it may be a password.
 */
export function unsteadyProblems(first: readonly ArtifactObject[], second: readonly ArtifactObject[]): Problem[] {
  const others = new Map(second.map((each) => [keyOf(each), each]));
  const here = new Set(first.map(keyOf));
  const come = second.filter((each) => !here.has(keyOf(each)));
  return [...first, ...come].filter(isApplied).flatMap((each) => {
    const other = here.has(keyOf(each)) ? others.get(keyOf(each)) : undefined;
    const place = { ...each.source, object: describeIdentity(identityOf(each.object)) };
    if (other === undefined) return [{ ...place, field: 'metadata.name', message: unsteady }];
    const fields = differences(each.object, other.object).map(({ field }) => field);
    return fields.length === 0 ? [] : [{ ...place, field: listed(fields), message: unsteady }];
  });
}

/** Hooks of different events may share a name. */
const listed = (fields: readonly string[]) =>
  [...fields.slice(0, maximumFields), ...(fields.length > maximumFields ? ['…'] : [])].join(', ');

const keyOf = ({ object }: ArtifactObject) =>
  `${identityKey(identityOf(object))} ${hookOf(object)?.events.join() ?? ''}`;

const isApplied = ({ object }: ArtifactObject) =>
  policyOf(object, { conflicts: 'fail', drift: 'correct', rules: [] }).apply === 'always' && !isOnceOnly(object);

/** Hooks of an installation: charts make passwords in this way, so that no upgrade changes them. */
const isOnceOnly = (object: KubernetesObject) =>
  hookOf(object)?.events.every((event) => event.endsWith('-install')) ?? false;

const unsteady = `differs each time that the chart is rendered, as random values, certificates and the time do: set it in a value file, or have the object made only once, with the annotation ${annotations.apply}: create-only`;
